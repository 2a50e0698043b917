import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, imports, themes, transaction } from '#db/client.ts';
import { decodeText } from '#lib/decoding.ts';
import { settings } from '#lib/settings.ts';
import { Invalid } from '../../errors.ts';
import { recordAct } from '../../moderation/log.ts';
import { mustCoordinate } from '../../people/permissions.ts';
import type { Member } from '../../people/types.ts';
import { rightsStatements } from '../../vocabulary.ts';
import { formatOf } from '../exchange/formats.ts';
import { longestText } from '../exchange/reading.ts';
import { exchangeFormats, type ExchangeFormat } from '../exchange/record.ts';
import { keepText } from './files.ts';
import { readOn } from './reading.ts';

/** What people call the formats. */
export const formatNames: Record<ExchangeFormat, string> = { bib: 'BibTeX', ris: 'RIS', 'csl.json': 'CSL-JSON', csv: 'CSV' };

/** Most bytes that a file of records may have. */
export const mostBytes = (): number => Math.min(settings().uploadBytes, longestText);

export const startInput = z.object({
  file: z.instanceof(File).nullish(),
  /** Records pasted instead of a file. */
  records: z.string().nullish(),
  /** Empty: the hub finds out. */
  format: z.enum(exchangeFormats).nullish(),
  theme: z.string({ error: 'Choose a theme.' }),
  rights: z.string({ error: 'Choose what may be done with the works.' }),
});

/**
 * Takes a file of records, or records that were pasted, and begins to read it. Nothing reaches the library before somebody has seen the
 * preview and confirmed. Throws SignInRequired, Denied, Invalid.
 */
export async function startImport(actor: Member, { file, records, format, theme, rights }: z.output<typeof startInput>): Promise<{ id: number; url: string }> {
  mustCoordinate(actor);
  const brought = await textOf(file, records);
  const known = format ?? formatOf(brought.name, brought.text);
  if (!known) throw new Invalid({ format: 'The hub cannot tell what format this is. Choose it here.' });
  checkDefaults(theme, rights);
  const id = transaction(() => {
    const row = db.insert(imports).values({ fileName: brought.name, format: known, state: 'reading', byId: actor.id, size: brought.text.length, theme, rights }).returning({ id: imports.id }).get();
    keepText(row.id, brought.text);
    recordAct(actor, 'read import', brought.name, `/desk/imports/${row.id}`);
    return row.id;
  });
  void readOn(id);
  return { id, url: `/desk/imports/${id}` };
}

async function textOf(file: File | null | undefined, pasted: string | null | undefined): Promise<{ name: string; text: string }> {
  const chosen = file && file.size > 0;
  if (chosen && pasted?.trim()) throw new Invalid({ records: 'Choose a file or paste records, not both at once.' });
  if (!chosen && !pasted?.trim()) throw new Invalid({ file: 'Choose a file, or paste records below.' });
  const most = mostBytes();
  if (chosen && file.size > most) throw new Invalid({ file: `This file is too large: the hub takes at most ${Math.floor(most / 1024 / 1024)} megabytes. Please bring it in parts.` });
  if (!chosen) return { name: 'pasted records', text: pasted ?? '' };
  const text = decodeText(new Uint8Array(await file.arrayBuffer()), undefined);
  if (text.includes('\0')) throw new Invalid({ file: 'This is not a text file. Export the records as BibTeX, RIS, CSL-JSON or CSV, and choose that file.' });
  return { name: plainName(file.name), text };
}

const plainName = (name: string) => name.replace(/^.*[\\/]/, '').replace(/\p{C}/gu, '').trim().slice(0, 200) || 'file';

function checkDefaults(theme: string, rights: string): void {
  const wrong: Record<string, string> = {};
  if (!db.select().from(themes).where(eq(themes.code, theme)).get()) wrong['theme'] = 'Choose a theme.';
  if (!rightsStatements.some((r) => r.code === rights)) wrong['rights'] = 'Choose what may be done with the works.';
  if (Object.keys(wrong).length) throw new Invalid(wrong);
}
