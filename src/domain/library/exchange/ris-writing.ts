import type { Csl, CslDate } from '../csl.ts';
import { fullName, type Name } from '../names.ts';
import { writeDate, writeRisDate } from './dates.ts';
import { oneLine } from './draft.ts';
import { keywordsIn } from './keywords.ts';
import { risType } from './kinds.ts';
import { noteName, oneLineJson } from './note.ts';
import type { ExchangeRecord } from './record.ts';
import { periodical, whole } from './ris-reading.ts';

/** Tags that have a meaning of their own here, so that what `custom` keeps under a name of two letters cannot pass for them. */
const ours = new Set('TY ER ID TI T1 CT BT ST AU A1 ED A2 A3 A4 DA PY Y1 Y2 JF JO J1 J2 JA T2 T3 C3 C7 VL IS CP M1 M3 SP EP PB CY PP SN DO DI AB N1 N2 RN KW LA ET DB DP CN NV SE RI'.split(' '));

/** A record in RIS; `note` is what RIS has no tag for. */
export function writeRisRecord(record: ExchangeRecord, note: unknown): string {
  const { csl, type, key, themes, language } = record;
  const periodic = periodical.has(type);
  const series = whole.has(type);
  const [first, last] = /^([^\s–-]+)[–-]([^\s–-]+)$/.exec(csl.page ?? '')?.slice(1) ?? [csl.page, undefined];
  const conference = type === 'conference-paper' && csl['event-title'] && csl['container-title'];
  const lines: [string, string | undefined][] = [
    ['TY', risType(type)], ['ID', key], ['TI', csl.title], ['ST', csl['title-short']],
    ...people('AU', csl.author), ...people('A2', csl.editor), ...people('A3', csl['collection-editor']), ...people('A4', csl.translator),
    ...dates(csl.issued), ['Y2', csl.accessed && writeRisDate(csl.accessed)],
    ['C3', conference ? csl['container-title'] : undefined], ['T2', conference ? csl['event-title'] : series ? csl['collection-title'] : csl['container-title']], ['T3', series ? undefined : csl['collection-title']], ['J2', csl['container-title-short']],
    ['VL', csl.volume], ['IS', periodic ? csl.issue : undefined], ['M1', csl.number], ['SP', first ?? (series ? csl['number-of-pages'] : undefined)], ['EP', last],
    ['ET', csl.edition], ['PB', csl.publisher], ['CY', csl['publisher-place']], ['SN', csl.ISBN], ['SN', csl.ISSN], ['M3', csl.genre], ['LA', csl.language ?? (language === 'en' ? undefined : language)],
    ['DO', csl.DOI], ['UR', csl.URL], ['AB', csl.abstract], ...[...themes, ...keywordsIn(csl.keyword)].map((keyword): [string, string] => ['KW', keyword]),
    ['DB', csl.source], ['CN', csl['call-number']], ['NV', csl['number-of-volumes']], ['SE', csl.section], ['RI', csl['reviewed-title']], ...foreign(csl.custom),
    ...(csl.note?.includes(noteName) ? [] : (csl.note ?? '').split('\n').map((line): [string, string] => ['N1', line])),
    ['N1', note ? `${noteName}: ${oneLineJson(note)}` : undefined],
  ];
  return `${lines.flatMap(([tag, value]) => (value ? [`${tag}  - ${tag === 'AB' ? paragraphs(value) : oneLine(value)}`] : [])).join('\r\n')}\r\nER  - \r\n\r\n`;
}

/** The lines of an abstract, where none of them could pass for a tag. */
function paragraphs(text: string): string {
  const lines = text.split('\n').map(oneLine);
  return lines.slice(1).some((line) => /^[A-Z][A-Z0-9] *-|^\s*$/.test(line)) ? lines.join(' ') : lines.join('\r\n');
}

const people = (tag: string, names: readonly Name[] | undefined): [string, string][] => (names ?? []).map((name) => [tag, fullName(name)]);

function dates(date: CslDate | undefined): [string, string | undefined][] {
  const [year, month] = date?.['date-parts']?.[0] ?? [];
  if (!date || year === undefined || date['date-parts']?.[1] || date.circa) return [['PY', writeDate(date)]];
  return [['PY', String(year).padStart(4, '0')], ['DA', month || date.season ? writeRisDate(date) : undefined]];
}

/** What another program kept under tags that the hub does not use. */
function foreign(custom: Csl['custom']): [string, string][] {
  return Object.entries(custom ?? {}).filter(([tag]) => /^[A-Z][A-Z0-9]$/.test(tag) && !ours.has(tag)).sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([tag, value]) => value.split('\n').map((line): [string, string] => [tag, line]));
}
