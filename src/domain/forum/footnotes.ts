/** The footnotes of a text in rendered HTML, by their ids. */
export type Notes = ReadonlyMap<string, string>;

export function notesIn(html: string): Notes {
  const at = html.lastIndexOf('<section ');
  return new Map(at < 0 ? [] : html.slice(at).split(/(?=<li id=")/).slice(1).map((note) => [/^<li id="([^"]*)"/.exec(note)?.[1] ?? '', note]));
}

/** A footnote, and what stands right before a mark that leads to it. */
export interface Marked { before: string; note: string }

/** Characters before a mark that are looked at. */
const nearest = 1_000;

/** The footnotes that these words lead to, and those that these lead to, once for each mark: they are part of what is said. */
export function markedIn(html: string, notes: Notes): Marked[] {
  const marked: Marked[] = [];
  const texts = new Set([html]);
  for (const text of texts) {
    for (const { 1: id = '', index } of text.matchAll(/<sup><a href="#([^"]*)"/g)) {
      const note = notes.get(id);
      if (note === undefined) continue;
      marked.push({ before: text.slice(Math.max(0, index - nearest), index).replace(/^[^<>]*>/, ''), note });
      texts.add(note);
    }
  }
  return marked;
}
