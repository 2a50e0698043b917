/*
 * Results while you type, from the Pagefind bundle, on any form[data-search-box].
 * Nothing is fetched before the box has the focus; without a bundle it stays a plain form.
 */
import { makeCombobox } from './quick-search/combobox.ts';
import type { QuickSearch } from './quick-search/quick-search.ts';

let opened: Promise<QuickSearch> | undefined;

/** Once for all boxes of a page; what failed is tried again when it is needed again. */
function load(): Promise<QuickSearch> {
  opened ??= import('./quick-search/quick-search.ts').then(({ openQuickSearch }) => openQuickSearch('/pagefind/'));
  opened.catch(() => { opened = undefined; });
  return opened;
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-search-box]')) {
  const input = form.querySelector<HTMLInputElement>('input[name=q]');
  if (input) makeCombobox({ input, place: form, load, addressOf: ({ url }) => url, all: () => { form.requestSubmit(); } });
}
