/*
 * <practice-hub-search>: the quick search of the hub's public library on any other site. The page /embed tells how to put it there.
 * It reads nothing but the search bundle, sets no cookie and sends none.
 */
import { embedStyles } from './embed-styles.ts';
import { makeCombobox } from './quick-search/combobox.ts';
import { openQuickSearch, type QuickSearch } from './quick-search/quick-search.ts';

const hub = new URL(/* @vite-ignore */ '/', import.meta.url).href;
const styles = new CSSStyleSheet();
styles.replaceSync(embedStyles);

const kindsByName = new Map([['library', 'resource'], ['forums', 'thread']]);
let boxes = 0;

class PracticeHubSearch extends HTMLElement {
  connectedCallback(): void {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styles];
    const label = this.getAttribute('label') ?? 'Search Practice Hub';
    const form = made('form', { action: `${hub}search`, role: 'search', 'aria-label': label, part: 'form' });
    const input = made('input', { id: `practice-hub-search-${++boxes}`, type: 'search', name: 'q', maxlength: '200', autocomplete: 'off', enterkeyhint: 'search', 'aria-label': label, placeholder: this.getAttribute('placeholder') ?? label, part: 'input' });
    const button = made('button', { type: 'submit', part: 'button' });
    button.textContent = 'Search';
    form.append(input, button);
    root.append(form);

    const all = () => { location.assign(`${hub}search?q=${encodeURIComponent(input.value.trim())}`); };
    // A policy of the page about forms has no say in where a link leads.
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      all();
    });
    const kinds = (this.getAttribute('kinds') ?? 'library').split(/\s+/).map((name) => kindsByName.get(name)).filter((kind) => kind !== undefined);
    let opened: Promise<QuickSearch> | undefined;
    const load = () => {
      opened ??= openQuickSearch(`${hub}pagefind/`, kinds);
      opened.catch(() => { opened = undefined; });
      return opened;
    };
    makeCombobox({ input, place: form, load, addressOf: ({ url }) => new URL(url, hub).href, all });
  }
}

function made<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Record<string, string>): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

if (!customElements.get('practice-hub-search')) customElements.define('practice-hub-search', PracticeHubSearch);
