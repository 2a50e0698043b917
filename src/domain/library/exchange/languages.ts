const threeLetters: Record<string, string> = {
  eng: 'en', fra: 'fr', fre: 'fr', deu: 'de', ger: 'de', spa: 'es', ita: 'it', por: 'pt', nld: 'nl', dut: 'nl', zho: 'zh', chi: 'zh', jpn: 'ja', rus: 'ru', kor: 'ko', ara: 'ar', pol: 'pl', swe: 'sv', dan: 'da', fin: 'fi', nor: 'no', anglais: 'en',
  american: 'en', british: 'en', canadian: 'en', usenglish: 'en', ukenglish: 'en', canadien: 'fr', ngerman: 'de', acadian: 'fr', brazilian: 'pt',
};
let byName: Map<string, string> | null = null;

/** ISO 639-1 code of "en-CA", "eng", "English", "français" or "Deutsch"; null for what is no language. */
export function languageCode(text: string | undefined): string | null {
  const word = (text ?? '').trim().toLowerCase();
  const code = /^([a-z]{2})(?:[-_][a-z0-9_-]+)?$/.exec(word)?.[1];
  byName ??= languageNames();
  return code ?? threeLetters[word] ?? byName.get(word) ?? null;
}

/** English, French and own names of all languages with a code of two letters. */
function languageNames(): Map<string, string> {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  const names = new Map<string, string>();
  const english = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  const french = new Intl.DisplayNames(['fr'], { type: 'language', fallback: 'none' });
  for (const code of letters.flatMap((a) => letters.map((b) => a + b))) {
    const name = english.of(code);
    if (!name) continue;
    const own = new Intl.DisplayNames([code], { type: 'language', fallback: 'none' }).of(code);
    for (const known of [name, french.of(code), own]) if (known && !names.has(known.toLowerCase())) names.set(known.toLowerCase(), code);
  }
  return names;
}
