import type { ExchangeFormat } from './record.ts';

const media: Record<ExchangeFormat, string> = {
  bib: 'application/x-bibtex', ris: 'application/x-research-info-systems', 'csl.json': 'application/vnd.citationstyles.csl+json', csv: 'text/csv',
};

/** The media type of a format, with its character set. */
export function mediaTypeOf(format: ExchangeFormat): string {
  return `${media[format]}; charset=utf-8`;
}

const endings: [RegExp, ExchangeFormat][] = [[/\.(?:bib|bibtex|biblatex)$/i, 'bib'], [/\.ris$/i, 'ris'], [/\.json$/i, 'csl.json'], [/\.(?:csv|tsv)$/i, 'csv']];
const beginnings: [RegExp, ExchangeFormat][] = [
  [/^(?:TY|\s*TY) {1,2}-/m, 'ris'], [/^\s*[[{]/, 'csl.json'], [/^\s*@[A-Za-z]+\s*[{(]/m, 'bib'], [/^[^\n]*\btitle\b[^\n]*[,;\t]|^[^\n]*[,;\t][^\n]*\btitle\b/i, 'csv'],
];

/** The format of a file, from how its text begins or else from its name; null where neither tells. */
export function formatOf(fileName: string, text: string): ExchangeFormat | null {
  const beginning = text.slice(0, 50_000).replace(/^\uFEFF/, '');
  const named = endings.find(([ending]) => ending.test(fileName))?.[1] ?? null;
  const seen = beginnings.find(([form]) => form.test(beginning))?.[1] ?? null;
  // A name that fits the text decides; one that does not is not believed where the text is plain.
  return named && (seen === null || seen === named || named === 'csv') ? named : seen ?? named;
}
