import { existsSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { prepared } from '#db/client.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import { settings } from '#lib/settings.ts';
import { countAttempt } from '../people/limits.ts';
import { mustHaveProved } from '../people/proving.ts';
import type { Session } from '../people/sessions.ts';
import type { Member } from '../people/types.ts';
import { kinds, rowsOf, type Kind } from './belongings.ts';

/**
 * Everything that a member wrote and stored, as a zip that is made while it is read: README.md, a JSON file for each kind in data/, what was written as
 * Markdown in text/, files as they are in files/. Throws Denied long after the last proof, TooMany.
 */
export function exportMember(session: Session): { fileName: string; stream: Readable } {
  mustHaveProved(session);
  const { member } = session;
  countAttempt('exportPerMember', member.id);
  const zip = new ZipFile();
  const add = (name: string, pieces: () => AsyncGenerator<string>) => zip.addReadStreamLazy(name, {}, (given) => given(null, Readable.from(pieces(), { objectMode: false, encoding: 'utf8' })));
  zip.addBuffer(Buffer.from(readme(member)), 'README.md');
  for (const kind of kinds) add(`data/${kind.file}.json`, () => asJson(kind, member.id));
  for (const [file, title, text] of texts) add(`text/${file}.md`, () => asMarkdown(kindOf(file), member.id, title, text));
  for (const { name, hash } of filesOf().all({ me: member.id }) as { name: string; hash: string }[]) {
    const path = pathInStore(filesFolder(), hash);
    // Bytes are already small: pictures and documents are compressed as they are.
    if (existsSync(path)) zip.addFile(path, `files/${name}`, { compress: false });
  }
  zip.end();
  const stream = new PassThrough();
  // A file that went away meanwhile breaks the download off, and nothing else.
  zip.on('error', (error: Error) => stream.destroy(error));
  zip.outputStream.pipe(stream);
  return { fileName: `${member.handle}.zip`, stream };
}

const filesOf = prepared((d) => d.$client.prepare(`
  select 'post-' || x.id || '-' || x.name as name, x.hash from post_files x join posts p on p.id = x.post_id where p.author_id = @me
  union all select 'work-' || id || '-' || name, hash from attachments where uploaded_by_id = @me
  union all select 'held-' || x.id || '-' || x.name, x.hash from held_files x join held_posts h on h.id = x.held_id where h.author_id = @me
  union all select 'photo.webp', photo_hash from profiles where member_id = @me and photo_hash is not null`));

const kindOf = (file: string): Kind => {
  const kind = kinds.find((one) => one.file === file);
  if (!kind) throw new Error(`The export has no kind ${file}.`);
  return kind;
};

/** A list of objects, one a line. Others have their turn between two portions. */
async function* asJson(kind: Kind, memberId: number): AsyncGenerator<string> {
  yield '[';
  let first = true;
  for (const rows of rowsOf(kind, memberId)) {
    yield rows.map((row, n) => `${first && n === 0 ? '' : ','}\n${JSON.stringify(row)}`).join('');
    first = false;
    await afterOthers();
  }
  yield '\n]\n';
}

type Row = Record<string, unknown>;
const line = (value: unknown) => String(value ?? '').replace(/\s+/g, ' ');
const day = (value: unknown) => String(value ?? '').slice(0, 10);
const written = (row: Row, about: unknown) => `## ${line(about)}\n\n${day(row['createdAt'])}${row['removedAt'] ? ', removed since' : ''}${row['withoutName'] ? ', without your name' : ''}, <${settings().url}${line(row['address'])}>\n\n${String(row['markdown'])}\n\n`;
const fields = (row: Row) => Object.entries(row['fields'] ?? {}).filter(([name, value]) => typeof value === 'string' && value !== '' && name !== 'token').map(([name, value]) => `**${name}**\n\n${String(value)}\n`).join('\n');

/** What people read, as Markdown: the file of data/ it is made from, a title, and how one of them looks. */
const texts: [file: string, title: string, text: (row: Row) => string][] = [
  ['posts', 'What you wrote in the forums', (row) => written(row, row['thread'])],
  ['comments', 'What you wrote about works', (row) => written(row, row['work'])],
  ['threads', 'Threads you started', (row) => `- ${day(row['createdAt'])}: ${line(row['title'])}${row['address'] ? `, <${settings().url}${line(row['address'])}>` : ''}\n`],
  ['drafts', 'What you began to write', (row) => `## ${line(row['place'])}\n\n${day(row['updatedAt'])}\n\n${fields(row)}\n`],
  ['held-posts', 'What waited for a coordinator', (row) => `## ${line(row['title'] ?? row['kind'])}\n\n${day(row['at'])}, ${line(row['state'])}\n\n${String(row['markdown'])}\n\n`],
];

async function* asMarkdown(kind: Kind, memberId: number, title: string, text: (row: Row) => string): AsyncGenerator<string> {
  yield `# ${title}\n\n`;
  for (const rows of rowsOf(kind, memberId)) {
    yield rows.map(text).join('');
    await afterOthers();
  }
}

function readme({ name, handle }: Member): string {
  const { name: hub, url } = settings();
  return `# What ${name} (${handle}) has on ${hub}

Made on ${new Date().toISOString().slice(0, 10)} from ${url}. Addresses that begin with a slash are below it.

- \`text/\`: what you wrote, as Markdown, to read.
- \`files/\`: your photo, and the pictures and documents you added, as they are.
- \`data/\`: everything, a JSON file (UTF-8) for each kind, each a list of objects. Moments are in ISO 8601, UTC; what is not there is null.

What others wrote is not in it, beyond titles and addresses. Neither are passwords, keys and codes: of how you sign in it says that there is something, and since when.

| File | What | Fields |
|---|---|---|
${kinds.map((kind) => `| \`data/${kind.file}.json\` | ${kind.words} | ${fieldsOf(kind).join(', ')} |`).join('\n')}
`;
}

/** Names of what each object of a kind has. */
const fieldsOf = ({ columns, from }: Kind): string[] => shape(`select ${columns} from ${from} where false`).map((name) => name.replace(/_json$/, ''));
const shape = (sql: string) => prepared((d) => d.$client.prepare(sql))().columns().map(({ name }) => name);
