/* "Quote" below a post puts the selected words, or the whole post, into the reply that is being written, without leaving the page. Without JavaScript the link opens the page with the quotation in the form. */

const area = document.querySelector<HTMLTextAreaElement>('form[data-draft] textarea[name="body"]');

/** What is read of a post while its footnotes and the marks that lead to them do not show. */
function besideNotes<T>(post: Element, read: () => T): T {
  const notes = [...post.querySelectorAll<HTMLElement>('.prose :is(.footnotes, sup)')];
  for (const note of notes) note.hidden = true;
  const words = read();
  for (const note of notes) note.hidden = false;
  return words;
}

/** The selected words, when they stand in this post. */
function selectedIn(post: Element): string {
  const selection = getSelection();
  const prose = post.querySelector('.prose');
  return selection && prose && selection.rangeCount > 0 && prose.contains(selection.getRangeAt(0).commonAncestorContainer) ? selection.toString().trim() : '';
}

function quotation(link: HTMLElement, words: string): string {
  const author = (link.closest<HTMLElement>('.post')?.dataset['author'] ?? '').replace(/[\\`*_[\]<>&~!#|]/g, '\\$&');
  // A number that shows is one of the words: those of lists are not selected with them.
  const text = words.replace(/^(\s*\d{1,9})(?=[.)](?:\s|$))/gm, '$1\\');
  return `> [${author} wrote](/posts/${link.dataset['quote']}):\n>\n${text.split('\n').map((line) => `> ${line}`.trimEnd()).join('\n')}\n\n`;
}

/** The whole post as the hub quotes it, with its Markdown: from the page that opens without JavaScript. Empty where that says something else, as when a draft is kept. */
async function wholeQuotation(link: HTMLAnchorElement): Promise<string> {
  const response = await fetch(link.href).catch(() => null);
  if (!response?.ok) return '';
  const value = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('form[data-draft] textarea[name="body"]')?.textContent ?? '';
  return /^> \[/.test(value) && value.includes(`/posts/${link.dataset['quote']})`) ? value : '';
}

/** What shows of a post, for where the hub cannot be asked. */
const wordsOf = (post: Element) => besideNotes(post, () => post.querySelector<HTMLElement>('.prose')?.innerText.trim() ?? '');

function append(into: HTMLTextAreaElement, text: string): void {
  into.value = (into.value.trim() ? `${into.value.trimEnd()}\n\n` : '') + text;
  into.focus();
  into.setSelectionRange(into.value.length, into.value.length);
  into.dispatchEvent(new Event('input', { bubbles: true }));
}

document.addEventListener('click', async (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-quote]') : null;
  const post = link?.closest('.post');
  if (!link || !post || !area) return;
  const words = besideNotes(post, () => selectedIn(post));
  // Nothing selected and nothing written yet: the link brings the post as it was typed.
  if (!words && !area.value.trim()) return;
  event.preventDefault();
  append(area, words ? quotation(link, words) : await wholeQuotation(link) || quotation(link, wordsOf(post)));
});
