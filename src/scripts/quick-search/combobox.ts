import { hasOperator } from '#lib/search-words.ts';
import type { Answer, Found, QuickSearch } from './quick-search.ts';

/*
 * An editable combobox with a list, after the pattern of the WAI-ARIA Authoring Practices
 * (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/): the focus stays in the box, aria-activedescendant tells which option the keys are at.
 */

/** What the list says of itself. */
export interface Sayings {
  /** Its name. */
  list: string;
  /** The last line of the list, which goes to all results, given how many stand above it, or null where only the full search can answer; null for none. */
  last: ((words: string, found: number | null) => string) | null;
  none: (words: string) => string;
  /** What to do now, for who hears the list. */
  how: (found: number) => string;
}

const ofSearch: Sayings = {
  list: 'Results',
  last: (words, found) => (found === 0 ? `Search everything for “${words}”` : `All results for “${words}”`),
  none: (words) => `No quick results for “${words}”. The full search also forgives more mistakes.`,
  how: (found) => (found === 0 ? 'Press Enter to search everything.' : `${found} quick ${found === 1 ? 'result' : 'results'}. Use the arrow keys, or press Enter to search everything.`),
};

interface Parts {
  input: HTMLInputElement;
  /** Where the list is put; positioned, so that the list lies below the box. */
  place: HTMLElement;
  /** Begins to load what is searched in; called when the box gets the focus. */
  load: () => Promise<Pick<QuickSearch, 'search'>>;
  /** The address of something found. */
  addressOf: (found: Found) => string;
  /** Goes to all results. */
  all: () => void;
  /** Takes what was chosen, where it does not go to its address. */
  pick?: (found: Found) => void;
  /** Called when the list is filled and open. */
  opened?: (popup: HTMLElement) => void;
  say?: Sayings;
}

/** So long nothing is typed before it is searched, in milliseconds. */
const pause = 150;

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function option(id: string, className: string): HTMLElement {
  const item = element('div', className);
  item.id = id;
  item.setAttribute('role', 'option');
  item.setAttribute('aria-selected', 'false');
  return item;
}

/** One thing found, labelled with what it is. */
function optionFor(found: Found, address: string, id: string): HTMLElement {
  const item = option(id, 'option');
  item.dataset['url'] = address;
  item.append(element('span', 'option-title', found.title), element('span', 'option-meta', [found.type, found.people, found.year].filter(Boolean).join(' · ')));
  return item;
}

/** Makes a combobox of a search box that works without. */
export function makeCombobox({ input, place, load, addressOf, all, pick, opened, say = ofSearch }: Parts): void {
  const popup = element('div', 'search-options');
  const note = element('p', 'option-note');
  const list = element('div', 'option-list');
  const status = element('span', 'visually-hidden');
  list.id = `${input.id}-options`;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', say.list);
  status.setAttribute('role', 'status');
  popup.append(note, list);
  popup.hidden = true;
  place.append(popup, status);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');

  let active = -1;
  /** What the list answers; null when it answers nothing. */
  let answered: string | null = null;
  let offered: readonly Found[] = [];
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const options = () => [...list.querySelectorAll<HTMLElement>('[role=option]')];
  const term = () => input.value.trim();
  const hasFocus = () => {
    const root = input.getRootNode();
    return (root instanceof ShadowRoot ? root : document).activeElement === input;
  };

  function choose(index: number): void {
    active = index;
    const items = options();
    for (const [at, item] of items.entries()) item.setAttribute('aria-selected', String(at === index));
    const chosen = items[index];
    if (chosen) {
      input.setAttribute('aria-activedescendant', chosen.id);
      chosen.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  }

  function show(open: boolean): void {
    popup.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
    choose(-1);
    if (!open) status.textContent = '';
  }

  function forget(): void {
    clearTimeout(waiting);
    answered = null;
    show(false);
    list.replaceChildren();
  }

  function go(item: HTMLElement | undefined, elsewhere = false): void {
    const url = item?.dataset['url'];
    const chosen = item && offered[options().indexOf(item)];
    if (pick && chosen) {
      pick(chosen);
      answered = term();
      show(false);
    } else if (!url) all();
    else if (elsewhere) window.open(url, '_blank', 'noopener');
    else location.assign(url);
  }

  /** Null where only the full search can answer. */
  function fill(words: string, answer: Answer | null): void {
    const { found, corrected } = answer ?? { found: [], corrected: null };
    offered = found;
    list.replaceChildren(...found.map((one, n) => optionFor(one, addressOf(one), `${input.id}-option-${n}`)));
    if (say.last) {
      const last = option(`${input.id}-option-all`, 'option option-all');
      last.textContent = say.last(words, answer ? found.length : null);
      list.append(last);
    }
    note.textContent = !answer ? '' : found.length === 0 ? say.none(words) : corrected ? `Not every word of “${words}” was found. Showing results for “${corrected}”.` : '';
    note.hidden = note.textContent === '';
    answered = words;
    show(true);
    opened?.(popup);
    status.textContent = [note.textContent, say.how(found.length)].filter(Boolean).join(' ');
  }

  async function search(): Promise<void> {
    const words = term();
    const answer = say.last && hasOperator(words) ? null : await load().then((quick) => quick.search(words));
    if (words === term() && hasFocus()) fill(words, answer);
  }

  /** Without a bundle the box stays what it was: a form. */
  const give = () => { if (!popup.hidden) forget(); };

  function typed(): void {
    clearTimeout(waiting);
    if (term().length < 2) forget();
    else if (term() !== answered) waiting = setTimeout(() => { search().catch(give); }, pause);
  }

  function pressed(event: KeyboardEvent): void {
    // Enter and the arrows belong to the input method while it composes.
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !popup.hidden;
    const last = options().length - 1;
    const ready = last >= 0 && answered === term();
    if (event.key === 'ArrowDown' && ready) {
      if (!open) show(true);
      if (!event.altKey) choose(active >= last ? -1 : active + 1);
    } else if (event.key === 'ArrowUp' && open && event.altKey) show(false);
    else if (event.key === 'ArrowUp' && ready) {
      if (!open) show(true);
      choose(active < 0 ? last : active - 1);
    } else if (event.key === 'Escape' && open) show(false);
    // What is part of a form stays: Escape leaves a list there, or comes before it.
    else if (event.key === 'Escape' && input.value !== '' && !pick) {
      input.value = '';
      forget();
    } else if (event.key === 'Enter' && open && active >= 0) go(options()[active]);
    else {
      // These move the cursor in the text, and the keys are there again.
      if (open && ['Home', 'End', 'ArrowLeft', 'ArrowRight'].includes(event.key)) choose(-1);
      return;
    }
    event.preventDefault();
  }

  input.addEventListener('focus', () => { load().catch(give); });
  input.addEventListener('input', (event) => { if (!(event instanceof InputEvent && event.isComposing)) typed(); });
  input.addEventListener('compositionend', typed);
  input.addEventListener('keydown', pressed);
  input.addEventListener('click', () => { if (popup.hidden && answered !== null && answered === term()) show(true); });
  input.addEventListener('blur', () => {
    clearTimeout(waiting);
    show(false);
  });
  // A press on the list must not take the focus from the box; a finger may still move the list.
  popup.addEventListener('mousedown', (event) => { event.preventDefault(); });
  list.addEventListener('click', (event) => {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>('[role=option]') : null;
    if (item) go(item, event.ctrlKey || event.metaKey);
  });
}
