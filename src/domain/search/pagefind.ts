import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { db, facts } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { documentChanges, documentRemovals } from './documents.ts';
import { thesaurusVersion } from './thesaurus.ts';

/** A bundle may be this old before it is built again, and ten times as old as building took: it costs a core, and /search is fresh anyway. */
const patience = 60_000;
let builtAt = 0;
let tookMs = 0;

/** The child and the Pagefind process that it starts may have 400 MB between them; V8 would take what there is. */
const heap = ['--max-old-space-size=256', '--max-semi-space-size=2', '--optimize-for-size'];

/** Whether the Pagefind bundle has words that were removed, is missing, or was built a while ago and from other documents, or another thesaurus, than there are now. */
export function pagefindIsStale(): boolean {
  if (hasRemovedWords()) return true;
  if (Date.now() - builtAt < Math.max(patience, 10 * tookMs)) return false;
  return builtFrom('pagefind') !== documentChanges() || builtFrom('pagefind-thesaurus') !== thesaurusVersion() || !existsSync(join(settings().dataDir, 'pagefind/current/bundle.json'));
}

const hasRemovedWords = () => builtFrom('pagefind-removed') !== documentRemovals();
const builtFrom = (name: string) => db.select({ value: facts.value }).from(facts).where(eq(facts.name, name)).get()?.value ?? 0;

/**
 * Builds the bundle anew in a child process of low priority and swaps it in when it is whole. Rejects with the child's words when it
 * fails; the bundle before stays. After a removal no older bundle is left. The child is plain Node over src/, which is there beside the
 * built server; the channel to it tells it when the hub ends.
 */
export async function rebuildPagefind(): Promise<void> {
  const { dataDir, pagefindThreads } = settings();
  const counts = { pagefind: documentChanges(), 'pagefind-removed': documentRemovals(), 'pagefind-thesaurus': thesaurusVersion() };
  const keep = hasRemovedWords() ? 'none' : 'last';
  builtAt = Date.now();
  const script = join(process.cwd(), 'src/domain/search/pagefind-build.ts');
  const child = spawn(process.execPath, [...heap, script, join(dataDir, 'hub.sqlite'), join(dataDir, 'pagefind'), String(pagefindThreads), keep], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let words = '';
  child.stderr?.on('data', (part: Buffer) => { words = (words + part.toString()).slice(-2000); });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => { if (code === 0) resolve(); else reject(new Error(`The Pagefind bundle could not be built. ${words}`)); });
  });
  tookMs = Date.now() - builtAt;
  for (const [name, value] of Object.entries(counts)) db.insert(facts).values({ name, value }).onConflictDoUpdate({ target: facts.name, set: { value } }).run();
}
