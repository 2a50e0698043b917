/*
 * While the title of a new thread is typed, shows what may answer it already, in [data-likely-answers] of the same form. Without it the list
 * stands on the preview.
 */

interface LikelyAnswer { title: string; url: string; type: string; accepted: boolean; meta: string }

/** Milliseconds without a letter before the hub is asked. */
const untilAsked = 350;

function likelyRow({ title, url, type, accepted, meta }: LikelyAnswer): HTMLLIElement {
  const [item, link, about] = [document.createElement('li'), document.createElement('a'), document.createElement('span')];
  link.href = url;
  link.textContent = title;
  // What was typed so far stays in this tab.
  link.target = '_blank';
  link.rel = 'noopener';
  about.className = 'meta';
  about.textContent = [type, accepted && 'answered', meta, 'opens in a new tab'].filter(Boolean).join(' · ');
  item.append(link, ' ', about);
  return item;
}

function followTitle(input: HTMLInputElement, section: HTMLElement): void {
  const [list, said] = [section.querySelector('ul'), section.querySelector('[data-likely-said]')];
  let waiting = 0;
  let asked = input.value.trim();
  const ask = async () => {
    const title = input.value.trim();
    if (title === asked) return;
    asked = title;
    const response = await fetch(`/search/likely.json?${new URLSearchParams({ title })}`).catch(() => null);
    if (!response?.ok || title !== asked) return;
    const answers = await response.json() as LikelyAnswer[];
    list?.replaceChildren(...answers.map(likelyRow));
    section.hidden = answers.length === 0;
    if (said) said.textContent = answers.length === 0 ? '' : answers.length === 1 ? 'One thing may answer it.' : `${answers.length} things may answer it.`;
  };
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => { void ask(); }, untilAsked);
  });
}

for (const section of document.querySelectorAll<HTMLElement>('[data-likely-answers]')) {
  const input = section.closest('form')?.querySelector<HTMLInputElement>('input[name=title]');
  if (input) followTitle(input, section);
}
