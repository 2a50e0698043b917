import { issued, peopleOf, type Csl } from './csl.ts';
import type { Name } from './names.ts';

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const initials = (given: string) => given.split(/\s+/).map((part) => part.split('-').map((p) => `${p.charAt(0)}.`).join('-')).join(' ');
const person = (n: Name) => n.literal ?? [[n['non-dropping-particle'], n.family].filter(Boolean).join(' '), n.given && initials(n.given), n.suffix].filter(Boolean).join(', ');

function people(names: readonly Name[]): string {
  const all = names.map(person);
  if (all.length > 20) return `${all.slice(0, 19).join(', ')}, … ${all[all.length - 1]}`;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')}, & ${all[all.length - 1]}`;
}

/** Editors inside an "In …" stand with their initials first. */
const editorNames = (names: readonly Name[]) => names.map((n) => n.literal ?? [n.given && initials(n.given), n['non-dropping-particle'], n.family].filter(Boolean).join(' '))
  .join(', ').replace(/, ([^,]*)$/, names.length > 2 ? ', & $1' : ' & $1');

const sentence = (text: string) => (/[.?!…]$/.test(text) ? text : `${text}.`);

/** The work as one line of plain text after the APA manual (7th edition), as far as its record tells. */
export function citeApa(csl: Partial<Csl>): string {
  const named = peopleOf(csl);
  const editors = !csl.author?.length && csl.editor?.length ? ` (Ed${csl.editor.length > 1 ? 's' : ''}.)` : '';
  const { year, month } = issued(csl);
  const dated = ['article-newspaper', 'article-magazine', 'webpage', 'post-weblog', 'speech'].includes(csl.type ?? '') && month;
  const date = year === null ? '(n.d.)' : `(${year}${dated ? `, ${months[month - 1]}` : ''})`;
  const periodical = csl.type?.startsWith('article-');
  const chapter = csl.type === 'chapter' || csl.type === 'paper-conference';
  const notes = [csl.edition && `${csl.edition} ed.`, !periodical && csl.number].filter(Boolean).join(', ');
  const title = `${csl.title ?? ''}${notes ? ` (${notes})` : ''}${csl.type === 'thesis' ? ` [${csl.genre ?? 'Thesis'}]` : csl.type === 'speech' ? ' [Presentation]' : csl.type === 'dataset' ? ' [Data set]' : ''}`;
  const container = csl['container-title'];
  const where = periodical
    ? [container, [csl.volume, csl.issue && `(${csl.issue})`].filter(Boolean).join(''), csl.page].filter(Boolean).join(', ')
    : chapter && container
      ? `In ${csl.author?.length && csl.editor?.length ? `${editorNames(csl.editor)} (Ed${csl.editor.length > 1 ? 's' : ''}.), ` : ''}${container}${csl.page ? ` (pp. ${csl.page})` : ''}`
      : container ?? '';
  const publisher = !periodical && csl.publisher && !named.some((n) => n.literal === csl.publisher) && csl.publisher !== container ? csl.publisher : '';
  const address = csl.DOI ? `https://doi.org/${csl.DOI}` : csl.URL ?? '';
  const head = named.length ? [sentence(people(named) + editors), `${date}.`, sentence(title)] : [sentence(title), `${date}.`];
  return [...head, where && sentence(where), publisher && sentence(publisher), address].filter(Boolean).join(' ');
}
