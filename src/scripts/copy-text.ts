/* Under every [data-copy] a button that copies it; the value says what it is. */

/** Copies with the italics where the browser can, and as plain text where the page did not come over https. */
async function copy(element: HTMLElement): Promise<boolean> {
  const text = element.textContent?.trim() ?? '';
  if (!navigator.clipboard) return copySelected(element);
  const rich = typeof ClipboardItem !== 'undefined' && element.tagName !== 'PRE'
    ? navigator.clipboard.write([new ClipboardItem({ 'text/plain': new Blob([text], { type: 'text/plain' }), 'text/html': new Blob([element.innerHTML], { type: 'text/html' }) })])
    : Promise.reject(new Error('no rich text'));
  return rich.catch(() => navigator.clipboard.writeText(text)).then(() => true, () => copySelected(element));
}

/** The old way; if it fails the text is at least selected. */
function copySelected(element: HTMLElement): boolean {
  getSelection()?.selectAllChildren(element);
  return document.execCommand('copy');
}

function addButton(element: HTMLElement): void {
  const what = element.dataset['copy'] ?? '';
  const row = document.createElement('p');
  const button = document.createElement('button');
  const label = document.createElement('span');
  const status = document.createElement('span');
  row.className = 'copy-row';
  button.type = 'button';
  button.className = 'button small';
  label.className = 'visually-hidden';
  label.textContent = ` ${what} citation`;
  button.append('Copy', label);
  status.setAttribute('role', 'status');
  row.append(button, status);
  button.addEventListener('click', () => {
    void copy(element).then((copied) => {
      // Emptied first, so that the same words are read out again.
      status.textContent = '';
      setTimeout(() => { status.textContent = copied ? 'Copied' : 'Selected: press Ctrl+C, or Command+C on a Mac.'; }, 50);
    });
  });
  element.after(row);
}

for (const element of document.querySelectorAll<HTMLElement>('[data-copy]')) addButton(element);
