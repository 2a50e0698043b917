/* Keeps what is typed into a [data-draft] form on the server, quietly, a few seconds after the last key. The button "Save draft" needs none of this. */

const quiet = 3_000;

function watch(form: HTMLFormElement, status: HTMLElement): void {
  let timer = 0;
  let sending: AbortController | null = null;
  let over = false;

  const say = (words: string) => { if (status.textContent !== words) status.textContent = words; };

  async function save(): Promise<void> {
    const typed = new FormData();
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') typed.append(name, value);
    sending?.abort();
    sending = new AbortController();
    try {
      const answer = await fetch('/_actions/drafts.save', { method: 'POST', body: typed, headers: { accept: 'application/json' }, signal: sending.signal });
      if (over) return;
      const now = new Date();
      if (answer.ok) say(`Draft saved ${String(now.getHours()).padStart(2, '0')}:${String(now.getMinutes()).padStart(2, '0')}`);
      else if (answer.status === 401) say('The draft is not saved: you are not signed in any more. Send your text all the same: you can sign in then, and it is not lost.');
      else say('The draft is not saved.');
    } catch {
      if (!over && !sending.signal.aborted) say('The draft is not saved: the hub does not answer.');
    }
  }

  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, quiet);
  });
  form.addEventListener('submit', () => {
    over = true;
    clearTimeout(timer);
    sending?.abort();
  });
  // Back from the next page with the browser's own memory of this one.
  window.addEventListener('pageshow', () => { over = false; });
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-draft]')) {
  const status = form.querySelector<HTMLElement>('.draft-status');
  if (status) watch(form, status);
}
