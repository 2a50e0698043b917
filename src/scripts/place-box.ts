/*
 * Places while you type, on any input[data-place-box]. What is chosen fills the box, and its slug the hidden field that data-place-box names.
 * Without this the form asks which place is meant when it is sent. On input[data-place-page] what is chosen opens its page; Enter lists all that fit.
 */
import { makeCombobox, type Sayings } from './quick-search/combobox.ts';
import { fetchJson, type Found } from './quick-search/directory.ts';

interface Place { slug: string; label: string; what: string }

const say: Sayings = {
  list: 'Places',
  last: null,
  none: (words) => `No place in the list begins like “${words}”. You can leave your own words.`,
  how: (found) => (found === 0 ? '' : `${found} ${found === 1 ? 'place' : 'places'}. Use the arrow keys.`),
};

async function search(query: string): Promise<{ found: Found[]; corrected: null }> {
  const { places } = await fetchJson(`/places.json?q=${encodeURIComponent(query)}`) as { places: Place[] };
  return { corrected: null, found: places.map(({ slug, label, what }) => ({ url: slug, title: label, kind: 'place', type: what, people: '', year: '' })) };
}

/** Low on a small screen the list would open out of sight, or under the keys of the phone: the field goes to the top then. */
function makeRoom(input: HTMLElement, popup: HTMLElement): void {
  const below = (window.visualViewport?.height ?? window.innerHeight) - input.getBoundingClientRect().bottom;
  if (popup.offsetHeight > below) input.scrollIntoView({ block: 'start' });
}

for (const input of document.querySelectorAll<HTMLInputElement>('input[data-place-box]')) {
  const { form, parentElement: place } = input;
  const chosen = document.createElement('input');
  chosen.type = 'hidden';
  chosen.name = input.dataset['placeBox'] ?? '';
  if (!form || !place) continue;
  const offered = () => form.querySelectorAll<HTMLInputElement>(`input[type=radio][name="${chosen.name}"]`);
  input.addEventListener('input', () => { chosen.remove(); });
  makeCombobox({
    input, place, say, load: () => Promise.resolve({ search }), addressOf: ({ url }) => url, all: () => { form.requestSubmit(); }, opened: (popup) => { makeRoom(input, popup); },
    pick: ({ url, title }) => {
      for (const radio of offered()) radio.checked = false;
      input.value = title;
      chosen.value = url;
      form.append(chosen);
    },
  });
}

for (const input of document.querySelectorAll<HTMLInputElement>('input[data-place-page]')) {
  const { form, parentElement: place } = input;
  if (!form || !place) continue;
  makeCombobox({
    input, place, say: { ...say, none: (words) => `No place fits “${words}” so far. Press Enter to look for names spelled nearly so.`, how: (found) => (found === 0 ? '' : `${say.how(found)} Enter searches by all that the form says.`) },
    load: () => Promise.resolve({ search }), addressOf: ({ url }) => `/places/${url}`, all: () => { form.requestSubmit(); }, opened: (popup) => { makeRoom(input, popup); },
  });
}
