import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

/** What came of reading a document; `none` = it opens and has no words, as a scan. `too much` = it took too much memory or time. */
export type Reading = { state: 'done'; text: string } | { state: 'none' } | { state: 'failed'; why: 'locked' | 'broken' | 'too much' };

/** Milliseconds after which a child that does not end by itself is ended. */
const patience = 75_000;

/**
 * The words of a document, at most 200,000 characters, or with `opens` only whether it can be opened. Documents are read in a child process of
 * low priority with limits on memory and time, because they may be made to break what reads them. The child is plain Node over src/, which is
 * there beside the built server. Rejects when it cannot be started.
 */
export async function readDocument(file: string, mediaType: string, task: 'opens' | 'words'): Promise<Reading> {
  const program = join(process.cwd(), 'src/lib/document-words-worker.ts');
  const child = spawn(process.execPath, [program, file, mediaType, task], { stdio: ['pipe', 'pipe', 'ignore'], timeout: patience, killSignal: 'SIGKILL' });
  // A child that ended at once cannot be slowed down any more.
  child.on('spawn', () => { if (child.pid && child.exitCode === null && task === 'words') setPriority(child.pid, constants.priority.PRIORITY_LOW); });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const code = await new Promise<number | null>((ended, failed) => { child.on('close', ended).on('error', failed); });
  return code === 0 ? JSON.parse(Buffer.concat(parts).toString()) as Reading : { state: 'failed', why: 'too much' };
}
