/* Keeps [data-import-progress] up to date while a file is read; when it has been read, the page opens again with the preview. */

const pause = 1500;

async function lookAgain(): Promise<void> {
  const section = document.querySelector('[data-import-progress]');
  if (!section) return;
  const answer = await fetch(location.pathname).catch(() => null);
  if (answer?.ok) {
    const now = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-import-progress]');
    if (!now) return location.reload();
    // Only what changes is replaced, so that the focus stays where it is.
    for (const part of ['progress', 'p']) {
      const [shown, fresh] = [section.querySelector(part), now.querySelector(part)];
      if (shown && fresh) shown.replaceWith(fresh);
    }
  }
  setTimeout(() => { void lookAgain(); }, pause);
}

setTimeout(() => { void lookAgain(); }, pause);
