/*
 * Results while you type, from the Pagefind bundle, on any form[data-search-box].
 * Nothing is fetched before the box has the focus; without a bundle it stays a plain form.
 */

interface Found {
  url: string;
  meta: Record<string, string | undefined>;
}
interface Pagefind {
  destroy(): Promise<void>;
  debouncedSearch(term: string, options?: object, wait?: number): Promise<{ results: { data(): Promise<Found> }[] } | null>;
}

const bundle = '/pagefind/pagefind.js';
const most = 8;
let loading: Promise<Pagefind | null> | undefined;
const load = () => (loading ??= import(/* @vite-ignore */ bundle).then((module: Pagefind) => module, () => null));

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function option(found: Found, id: string): HTMLElement {
  const item = element('div', '');
  item.id = id;
  item.dataset['url'] = found.url;
  item.setAttribute('role', 'option');
  item.setAttribute('aria-selected', 'false');
  item.append(element('span', 'option-title', found.meta['title'] ?? found.url));
  const meta = [found.meta['type'], found.meta['people'], found.meta['year']].filter(Boolean).join(' · ');
  if (meta) item.append(element('span', 'option-meta', meta));
  return item;
}

/** The last line: everything there is, on a page of its own. */
function optionForAll(term: string, id: string): HTMLElement {
  const item = element('div', 'option-all', `All results for “${term}”`);
  item.id = id;
  item.setAttribute('role', 'option');
  item.setAttribute('aria-selected', 'false');
  return item;
}

function enhance(form: HTMLFormElement, input: HTMLInputElement): void {
  const list = element('div', 'search-options');
  const status = element('span', 'visually-hidden');
  list.id = `${input.id}-options`;
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Results');
  status.setAttribute('role', 'status');
  form.append(list, status);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');

  let active = -1;
  let asked = '';
  const options = () => [...list.children].filter((child): child is HTMLElement => child instanceof HTMLElement);
  const go = (target: HTMLElement | undefined) => {
    if (target?.dataset['url']) location.assign(target.dataset['url']);
    else if (target) form.requestSubmit();
  };

  const open = (show: boolean) => {
    list.hidden = !show;
    input.setAttribute('aria-expanded', String(show));
    if (!show) choose(-1);
  };
  const choose = (index: number) => {
    active = index;
    options().forEach((item, at) => { item.setAttribute('aria-selected', String(at === index)); });
    const chosen = options()[index];
    if (chosen) {
      input.setAttribute('aria-activedescendant', chosen.id);
      chosen.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const close = () => { asked = ''; open(false); };

  const search = async () => {
    const term = input.value.trim();
    if (term === asked) return;
    asked = term;
    if (term.length < 2) { list.replaceChildren(); status.textContent = ''; open(false); return; }
    const pagefind = await load();
    const answer = await pagefind?.debouncedSearch(term, {}, 200);
    if (!answer || term !== asked) return;
    const found = await Promise.all(answer.results.slice(0, most).map((result) => result.data()));
    if (term !== asked || document.activeElement !== input) return;
    list.replaceChildren(...found.map((result, index) => option(result, `${input.id}-option-${index}`)), optionForAll(term, `${input.id}-option-all`));
    status.textContent = found.length === 0 ? 'No quick results. Press Enter to search everything.' : `${found.length} quick results. Use the arrow keys, or press Enter to search everything.`;
    active = -1;
    open(true);
  };

  input.addEventListener('focus', () => { void load(); });
  // The bundle was built anew since this page opened and the old one is gone: the next letters typed start from the new one.
  const startAgain = async () => { close(); await (await load())?.destroy(); };
  input.addEventListener('input', () => { void search().catch(startAgain).catch(close); });
  input.addEventListener('blur', close);
  list.addEventListener('pointerdown', (event) => { event.preventDefault(); });
  list.addEventListener('click', (event) => {
    if (event.target instanceof Element) go(event.target.closest<HTMLElement>('[role=option]') ?? undefined);
  });
  input.addEventListener('keydown', (event) => {
    const many = options().length;
    if (event.isComposing || list.hidden || many === 0) return;
    if (event.key === 'ArrowDown') choose(active + 1 >= many ? -1 : active + 1);
    else if (event.key === 'ArrowUp') choose(active < 0 ? many - 1 : active - 1);
    else if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && active >= 0) go(options()[active]);
    else return;
    event.preventDefault();
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-search-box]')) {
  const input = form.querySelector<HTMLInputElement>('input[name=q]');
  if (input) enhance(form, input);
}
