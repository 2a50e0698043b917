import { longestRecord, type Place } from './draft.ts';

/** A field longer than this is none: abbreviations of abbreviations grow without end. */
const longestValue = 300_000;

export interface BibField {
  /** In lower case. */
  name: string;
  /** Without its braces or quotes, abbreviations put in; still LaTeX. */
  value: string;
  line: number;
}

/** One entry of a BibTeX file, still in LaTeX. */
export interface BibEntry extends Place {
  /** In lower case. */
  type: string;
  key: string;
  fields: BibField[];
  /** Why it cannot be read; then its fields are those before the place where it broke. */
  problem: string | null;
}

/**
 * Cuts a BibTeX file into entries, one at a time; `@string` abbreviations are put in, comments and preambles passed over. An entry that is
 * broken ends where the next begins on a new line.
 */
export function* bibEntries(text: string): Generator<BibEntry> {
  const strings = new Map<string, string>();
  const begin = /@[ \t]*([A-Za-z][\w-]*)\s*([{(])/g;
  const nextLine = /\n[ \t]*@[ \t]*[A-Za-z][\w-]*\s*[{(]/g;
  let limit = 0;
  let line = 1;
  let counted = 0;
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const [opening, word = '', bracket] = found;
    const before = text.slice(Math.max(0, found.index - 500), found.index);
    if (before.slice(before.lastIndexOf('\n') + 1).includes('%')) continue;
    const from = begin.lastIndex;
    if (limit < from) {
      nextLine.lastIndex = from;
      limit = nextLine.exec(text)?.index ?? text.length;
    }
    line += newlines(text.slice(counted, found.index));
    counted = found.index;
    const type = word.toLowerCase();
    const scan = new Scan(text, from, bracket === '(' ? ')' : '}', Math.min(limit, from + longestRecord), line + newlines(opening), strings);
    if (type === 'comment' || type === 'preamble') scan.skip();
    else if (type === 'string') for (const { name, value } of scan.fields()) strings.set(name, value);
    else {
      const key = scan.key();
      const fields = scan.fields();
      yield { line, readTo: scan.at, type, key, fields, problem: scan.problem };
    }
    begin.lastIndex = scan.at;
  }
}

const newlines = (text: string) => text.split('\n').length - 1;
const months = new Set(['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']);

/** Reads what stands between the brackets of an entry. */
class Scan {
  at: number;
  problem: string | null = null;
  readonly #text: string;
  readonly #close: string;
  /** Where this entry ends at the latest. */
  readonly #limit: number;
  readonly #strings: ReadonlyMap<string, string>;
  #line: number;
  #counted: number;

  constructor(text: string, at: number, close: string, limit: number, line: number, strings: ReadonlyMap<string, string>) {
    this.#text = text;
    this.at = at;
    this.#counted = at;
    this.#close = close;
    this.#limit = limit;
    this.#line = line;
    this.#strings = strings;
  }

  /** The citation key; empty where the fields begin at once. */
  key(): string {
    this.#pass(/\s*/y);
    const [key = ''] = this.#match(/[^,={}"\n]{0,500}/y);
    if (!/[,}\n]/.test(this.#text.charAt(this.at + key.length))) return '';
    this.at += key.length;
    return key.trim();
  }

  fields(): BibField[] {
    const fields: BibField[] = [];
    for (;;) {
      this.#pass(/[\s,]*/y);
      while (this.#text.charAt(this.at) === '%') {
        this.#pass(/[^\n]*/y);
        this.#pass(/[\s,]*/y);
      }
      // Words that somebody forgot to put into braces.
      this.#pass(/[^\s,={}()"@%#][^,={}()"@]{0,200},\s*/y);
      if (this.#text.charAt(this.at) === this.#close && this.at < this.#limit) {
        this.at++;
        return fields;
      }
      const [whole, name] = this.#match(/([^\s=,{}"#%()@]+)\s*=\s*/y);
      if (!whole || !name) return this.#broken(fields, this.at >= this.#limit ? 'It has no end: a brace or a quotation mark is missing.' : `Here a field was expected, not “${this.#text.slice(this.at, this.at + 20).replace(/\s+/g, ' ')}”.`);
      this.#line += newlines(this.#text.slice(this.#counted, this.at));
      this.#counted = this.at;
      this.at += whole.length;
      const value = this.#value();
      if (value === null) return this.#broken(fields, `The field “${name}” has no end: a brace or a quotation mark is missing.`);
      fields.push({ name: name.toLowerCase(), value, line: this.#line });
    }
  }

  /** Passes over everything up to the bracket that closes, or as far as it can. */
  skip(): void {
    this.at = this.#close === '}' ? this.#braced(this.at, true) ?? this.#braced(this.at, false) ?? this.#limit : this.#limit;
  }

  #broken(fields: BibField[], problem: string): BibField[] {
    this.problem = problem;
    this.at = this.#limit;
    return fields;
  }

  #pass(pattern: RegExp): void {
    this.at += this.#match(pattern)[0]?.length ?? 0;
  }

  #match(pattern: RegExp): RegExpExecArray | [] {
    pattern.lastIndex = this.at;
    return pattern.exec(this.#text) ?? [];
  }

  #value(): string | null {
    let value = '';
    do {
      this.#pass(/\s*/y);
      this.#pass(/#\s*/y);
      const part = this.#part();
      if (part === null) return null;
      value += part;
      if (value.length > longestValue) return null;
    } while (this.#match(/\s*#/y).length);
    return value;
  }

  #part(): string | null {
    const start = this.at + 1;
    const first = this.#text.charAt(this.at);
    if (first === '{' || first === '"') {
      const end = first === '{' ? this.#braced(start, true) ?? this.#braced(start, false) : this.#quoted(start);
      if (end === null) return null;
      this.at = end;
      return this.#text.slice(start, end - 1);
    }
    const [word = ''] = this.#match(/[^\s,#{}()"=@]+(?:[ \t]+[^\s,#{}()"=@]+)*/y);
    this.at += word.length;
    return this.#strings.get(word.toLowerCase()) ?? (months.has(word.toLowerCase()) ? word.toLowerCase() : word);
  }

  /** The character after the brace that closes; with `escapes` a brace after a backslash does not count. */
  #braced(from: number, escapes: boolean): number | null {
    let depth = 1;
    for (let at = from; at < this.#limit; at++) {
      const char = this.#text.charAt(at);
      if (char === '\\' && escapes) at++;
      else if (char === '{') depth++;
      else if (char === '}' && --depth === 0) return at + 1;
    }
    return null;
  }

  /** The character after the quotation mark that closes: one after which the field ends, for some people quote inside. */
  #quoted(from: number): number | null {
    let depth = 0;
    let first: number | null = null;
    for (let at = from; at < this.#limit; at++) {
      const char = this.#text.charAt(at);
      if (char === '\\') at++;
      else if (char === '{') depth++;
      else if (char === '}') depth--;
      else if (char === '"' && depth <= 0) {
        first ??= at + 1;
        if (/^\s*(?:[,#})]|$)/.test(this.#text.slice(at + 1, at + 100))) return at + 1;
      }
    }
    return first;
  }
}
