import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { transaction } from '#db/client.ts';
import { decodeText } from '#lib/decoding.ts';
import { optionalText } from '#lib/fields.ts';
import { Invalid } from '../errors.ts';
import { csvRows } from '../library/exchange/csv-entries.ts';
import { recordAct } from '../moderation/log.ts';
import { countAttempt, isUsedUp } from '../people/limits.ts';
import { emailField, nameField } from '../people/members.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { asTyped, namesOf, placesMeant } from '../places/finding.ts';
import { knownPlaces } from '../places/known.ts';
import { objectionTo, putInvitation } from './inviting.ts';

const mostLines = 500;
const mostCharacters = 200_000;
/** Spreadsheets write some lists with two bytes a character. */
const mostBytes = 2 * mostCharacters;

const records = z.string().nullish().transform((text) => text ?? '');
export const readListInput = z.object({ records, file: z.instanceof(File).nullish() });
export const inviteManyInput = z.object({ records, note: optionalText(500) });

/** One line of a list: to be invited, or why not. */
export interface ListLine { line: number; email: string; name: string | null; place: string | null; problem: string | null }

/** What a list of people would do, before anything is sent. `records` is its text, to send again with the confirmation; `unread` are columns that nothing is taken from, `newPlaces` names that no known place has, `sharedPlaces` those that several have. */
export interface ListRead { records: string; lines: ListLine[]; good: number; unread: string[]; newPlaces: string[]; sharedPlaces: string[] }

/** Reads a list of people to invite (CSV with the columns e-mail, name, place), a file or text, and says of each line what is wrong with it. Sends nothing. Throws Denied, Invalid, TooMany. */
export async function readList(actor: Member, input: z.output<typeof readListInput>): Promise<ListRead> {
  mustCoordinate(actor);
  countAttempt('previewPerMember', actor.id);
  const file = input.file && input.file.size > 0 ? input.file : null;
  if (file && file.size > mostBytes) throw new Invalid({ file: 'This file is too large for a list of 500 people.' });
  if (file && input.records.trim() !== '') throw new Invalid({ records: 'You chose a file and pasted a list. Send the list as it stands here, or empty this field and choose the file again.' });
  const text = file ? await textOf(file) : input.records;
  const read = linesOf(actor, text, file ? 'file' : 'records');
  return { records: text, ...read, ...await placesAmong(read.lines.flatMap(({ place }) => place ?? [])) };
}

async function textOf(file: File): Promise<string> {
  const text = decodeText(new Uint8Array(await file.arrayBuffer()), undefined);
  if (text.includes('\0')) throw new Invalid({ file: 'This is not a text file. Save the list as CSV, and choose that file.' });
  return text;
}

/** Invites everybody of a list against whom nothing speaks, all at once or nobody. Returns how many. Throws Denied, Invalid, TooMany. */
export function inviteMany(actor: Member, { records: text, note }: z.output<typeof inviteManyInput>): { invited: number } {
  mustCoordinate(actor);
  countAttempt('inviteManyPerCoordinator', actor.id);
  return transaction(() => {
    const good = linesOf(actor, text, 'records').lines.filter(({ problem }) => problem === null);
    if (good.length === 0) throw new Invalid({ records: 'There is nobody in this list to invite.' });
    for (const { email, name, place } of good) putInvitation(actor, { email, name, place, note });
    recordAct(actor, 'invite', good.map(({ email }) => email).join(', '), '/desk/invitations');
    return { invited: good.length };
  });
}

const columns = { email: ['email', 'e-mail', 'e-mail address', 'email address', 'mail', 'address'], name: ['name', 'full name'], place: ['place', 'city', 'city, county or agency', 'agency', 'organization', 'organisation'] } as const;

function linesOf(actor: Member, text: string, field: 'file' | 'records'): Pick<ListRead, 'lines' | 'good' | 'unread'> {
  if (text.length > mostCharacters) throw new Invalid({ [field]: 'This is too long for a list of 500 people.' });
  const [head, ...rows] = csvRows(text);
  if (!head) throw new Invalid({ [field]: 'Please choose a file or paste a list.' });
  const at = (names: readonly string[]) => head.cells.findIndex((cell) => names.includes(cell.trim().toLowerCase()));
  const [email, name, place] = [at(columns.email), at(columns.name), at(columns.place)];
  if (email < 0) throw new Invalid({ [field]: 'The first line must name the columns, and one of them must be “email”.' });
  if (rows.length === 0) throw new Invalid({ [field]: 'Only the first line is there, which names the columns. People to invite stand below it, one to a line.' });
  if (rows.length > mostLines) throw new Invalid({ [field]: `At most ${mostLines} people at a time; this list has ${rows.length}.` });
  const unread = head.cells.filter((cell, index) => cell.trim() && ![email, name, place].includes(index)).map((cell) => cell.trim());
  const seen = new Map<string, number>();
  const lines = rows.map(({ cells, line, open }): ListLine => {
    const given = { email: (cells[email] ?? '').trim(), name: (cells[name] ?? '').trim() || null, place: (cells[place] ?? '').trim() || null };
    const wrong = (problem: string): ListLine => ({ line, ...given, problem });
    if (open) return wrong('A quotation mark opens here that is never closed.');
    const over = cells.slice(head.cells.length).find((cell) => cell.trim());
    if (over !== undefined) return wrong(`“${over.trim().slice(0, 40)}” stands after the last column. What has a comma in it takes quotation marks round it.`);
    const address = emailField.safeParse(given.email);
    const called = given.name === null ? null : nameField.safeParse(given.name);
    if (!address.success) return wrong(given.email ? address.error.issues[0]?.message ?? 'This is no e-mail address.' : 'There is no e-mail address.');
    if (called && !called.success) return wrong(called.error.issues[0]?.message ?? 'This is no name.');
    if (given.place && given.place.length > 80) return wrong('The place is longer than 80 characters.');
    const before = seen.get(address.data);
    if (before) return wrong(`The same address stands in line ${before}.`);
    seen.set(address.data, line);
    return { line, ...given, email: address.data, name: called?.data ?? null, problem: objectionTo(actor, address.data) ?? tiredOf(address.data) };
  });
  return { lines, good: lines.filter(({ problem }) => problem === null).length, unread };
}

const tiredOf = (email: string) => (isUsedUp('letterPerInvitationOfCoordinators', email) ? 'This address has had as many letters as anybody gets in a day. Try again tomorrow.' : null);

/** Which of these names, with or without the state, no known place has, and which several have. All places are gone through once; those that none is called exactly are looked up, and others served between them. */
async function placesAmong(names: readonly string[]): Promise<Pick<ListRead, 'newPlaces' | 'sharedPlaces'>> {
  const asked = new Map([...new Set(names)].map((name) => [asTyped(name), new Set<number>()]));
  for (const place of asked.size > 0 ? knownPlaces().places : []) for (const name of Object.values(namesOf(place)).flat()) asked.get(name)?.add(place.id);
  const meant = new Map<string, number>();
  for (const name of new Set(names)) {
    const exact = asked.get(asTyped(name))?.size ?? 0;
    if (exact === 0) await setImmediate();
    meant.set(name, exact || placesMeant(name));
  }
  const having = (fits: (many: number) => boolean) => [...meant].filter(([, many]) => fits(many)).map(([name]) => name);
  return { newPlaces: having((many) => many === 0), sharedPlaces: having((many) => many > 1) };
}
