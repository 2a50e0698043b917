import { type } from './type.ts';

/* While somebody types "@ro" in a [data-mentions] editor, members to choose from; without it handles are typed as they stand on profiles. */

interface Mentionable { handle: string; name: string; place: string | null }

function offer(editor: HTMLElement, area: HTMLTextAreaElement): void {
  const list = document.createElement('ul');
  const said = document.createElement('p');
  Object.assign(list, { id: `${area.id}-mentions`, className: 'mention-options', hidden: true });
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Members to mention');
  said.className = 'visually-hidden';
  said.setAttribute('role', 'status');
  editor.append(list, said);
  area.setAttribute('aria-autocomplete', 'list');
  area.setAttribute('aria-controls', list.id);

  let found: Mentionable[] = [];
  let chosen = 0;
  let waiting = 0;
  let asked = '';

  /** What stands between the last @ and the caret. */
  const begun = () => (area.selectionStart === area.selectionEnd ? /(?:^|[^\w@/.-])@([\p{L}\d-]{1,40})$/u.exec(area.value.slice(Math.max(0, area.selectionStart - 60), area.selectionStart))?.[1] ?? '' : '');

  function close(): void {
    found = [];
    asked = '';
    list.hidden = true;
    list.replaceChildren();
    said.textContent = '';
    area.removeAttribute('aria-activedescendant');
  }

  function mark(): void {
    [...list.children].forEach((item, at) => item.setAttribute('aria-selected', String(at === chosen)));
    area.setAttribute('aria-activedescendant', `${list.id}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }

  function show(): void {
    list.replaceChildren(...found.map(({ handle, name, place }, at) => {
      const item = document.createElement('li');
      item.id = `${list.id}-${at}`;
      item.setAttribute('role', 'option');
      const strong = document.createElement('strong');
      strong.textContent = name;
      item.append(strong, ` @${handle}${place ? `, ${place}` : ''}`);
      // The text area keeps the focus, and with it the caret.
      item.addEventListener('mousedown', (event) => event.preventDefault());
      item.addEventListener('click', () => take(at));
      return item;
    }));
    list.hidden = found.length === 0;
    if (found.length === 0) return close();
    chosen = 0;
    mark();
    said.textContent = `${found.length === 1 ? '1 member' : `${found.length} members`}: arrow keys to choose, Enter to take.`;
  }

  function take(at: number): void {
    const member = found[at];
    const typed = begun();
    if (member) {
      area.setSelectionRange(area.selectionStart - typed.length - 1, area.selectionStart);
      type(area, `@${member.handle} `);
    }
    close();
  }

  async function ask(): Promise<void> {
    const q = begun();
    if (q === asked) return;
    if (q === '') return close();
    asked = q;
    const answer = await fetch(`/mentions.json?q=${encodeURIComponent(q)}`).then((response) => (response.ok ? response.json() as Promise<Mentionable[]> : []), () => []);
    // Something else stands there by now.
    if (asked !== q || begun() !== q) return;
    found = answer;
    show();
    asked = q;
  }

  area.addEventListener('input', () => {
    clearTimeout(waiting);
    if (begun() === '') close();
    else waiting = window.setTimeout(() => void ask(), 120);
  });
  area.addEventListener('blur', close);
  area.addEventListener('keydown', (event) => {
    if (found.length === 0 || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      chosen = (chosen + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length;
      mark();
    } else if (event.key === 'Enter') take(chosen);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}

for (const editor of document.querySelectorAll<HTMLElement>('[data-mentions]')) {
  const area = editor.querySelector('textarea');
  if (area) offer(editor, area);
}
