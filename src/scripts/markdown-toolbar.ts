/* Formatting buttons above every [data-markdown-editor]; the text area works without them. */

interface Mark {
  name: string;
  face: string;
  label: string;
  key?: string;
  /** What goes before and after the selection … */
  around?: [before: string, after: string];
  /** … or before each of its lines. */
  line?: string;
}

const marks: Mark[] = [
  { name: 'bold', face: 'B', label: 'Bold', key: 'b', around: ['**', '**'] },
  { name: 'italic', face: 'I', label: 'Italic', key: 'i', around: ['*', '*'] },
  { name: 'link', face: 'Link', label: 'Link', key: 'k', around: ['[', '](https://)'] },
  { name: 'list', face: 'List', label: 'List', line: '- ' },
  { name: 'quote', face: 'Quote', label: 'Quote', line: '> ' },
  { name: 'code', face: '<>', label: 'Code', around: ['`', '`'] },
];

/** Types over the selection so that the browser's own undo still works. */
function type(area: HTMLTextAreaElement, text: string): void {
  area.focus();
  if (!document.execCommand('insertText', false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

function apply(area: HTMLTextAreaElement, { around, line }: Mark): void {
  if (line) {
    area.selectionStart = area.value.lastIndexOf('\n', area.selectionStart - 1) + 1;
    const lines = area.value.slice(area.selectionStart, area.selectionEnd).split('\n');
    type(area, lines.map((words) => line + words).join('\n'));
  } else if (around) {
    const [before, after] = around;
    const start = area.selectionStart;
    const words = area.value.slice(start, area.selectionEnd);
    type(area, before + words + after);
    area.setSelectionRange(start + before.length, start + before.length + words.length);
  }
}

function addToolbar(editor: HTMLElement, area: HTMLTextAreaElement): void {
  const bar = document.createElement('div');
  bar.className = 'toolbar';
  bar.setAttribute('role', 'toolbar');
  bar.setAttribute('aria-label', 'Formatting');
  bar.setAttribute('aria-controls', area.id);
  const buttons = marks.map((mark, index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = mark.face;
    button.dataset['mark'] = mark.name;
    button.tabIndex = index === 0 ? 0 : -1;
    button.setAttribute('aria-label', mark.label);
    button.title = mark.key ? `${mark.label} (Ctrl+${mark.key.toUpperCase()})` : mark.label;
    button.addEventListener('click', () => { apply(area, mark); });
    return button;
  });
  bar.append(...buttons);
  bar.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    if (step === 0 || at < 0 || !next) return;
    event.preventDefault();
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  });
  area.addEventListener('keydown', (event) => {
    const mark = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey ? marks.find(({ key }) => key === event.key) : undefined;
    if (!mark) return;
    event.preventDefault();
    apply(area, mark);
  });
  editor.prepend(bar);
}

for (const editor of document.querySelectorAll<HTMLElement>('[data-markdown-editor]')) {
  const area = editor.querySelector('textarea');
  if (area) addToolbar(editor, area);
}
