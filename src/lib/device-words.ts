import Bowser from 'bowser';

/** What a browser is in plain words, by its User-Agent: "Firefox on Windows". Versions are left out: they change by themselves. */
export function deviceWords(userAgent: string | null): string {
  if (!userAgent) return 'An unnamed browser';
  const { browser, os } = Bowser.parse(userAgent);
  if (!browser.name) return 'An unknown browser';
  return os.name ? `${browser.name} on ${os.name}` : browser.name;
}
