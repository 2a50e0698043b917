import { type } from './type.ts';

/* Formatting buttons above every [data-markdown-editor]; the text area works without them. */

interface Mark {
  name: string;
  face: string;
  label: string;
  key?: string;
  /** What goes before and after the selection … */
  around?: [before: string, after: string];
  /** … or before each of its lines, counted from 1 … */
  line?: (number: number) => string;
  /** … or a block of its own, of which the first words are selected … */
  block?: [text: string, select: string];
  /** … or the fields for files, where the form has them. */
  files?: true;
}

const marks: Mark[] = [
  { name: 'bold', face: 'B', label: 'Bold', key: 'b', around: ['**', '**'] },
  { name: 'italic', face: 'I', label: 'Italic', key: 'i', around: ['*', '*'] },
  { name: 'link', face: 'Link', label: 'Link', key: 'k', around: ['[', '](https://)'] },
  { name: 'quote', face: 'Quote', label: 'Quote', line: () => '> ' },
  { name: 'list', face: 'List', label: 'List', line: () => '- ' },
  { name: 'numbers', face: 'Numbered', label: 'Numbered list', line: (number) => `${number}. ` },
  { name: 'code', face: '<>', label: 'Code', around: ['`', '`'] },
  { name: 'table', face: 'Table', label: 'Table', block: ['| Heading | Heading |\n| --- | --- |\n|  |  |\n|  |  |', 'Heading'] },
  { name: 'picture', face: 'Picture', label: 'Picture or file', files: true },
];

/** The fields for files of the form that a text area belongs to. */
const fileFields = (area: HTMLTextAreaElement) => area.form?.querySelector<HTMLDetailsElement>('.post-file-fields') ?? null;

function apply(area: HTMLTextAreaElement, { around, line, block, files }: Mark): void {
  if (files) {
    const fields = fileFields(area);
    if (fields) fields.open = true;
    const inputs = [...fields?.querySelectorAll<HTMLInputElement>('input[type="file"]') ?? []];
    (inputs.find((input) => input.files?.length === 0) ?? inputs[0])?.focus();
  } else if (block) {
    const [text, select] = block;
    // Not within a line, which may be between two stars.
    const end = area.value.indexOf('\n', area.selectionEnd);
    area.setSelectionRange(end < 0 ? area.value.length : end, end < 0 ? area.value.length : end);
    const before = area.value.slice(0, area.selectionStart);
    const gap = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n';
    type(area, `${gap}${text}\n`);
    const at = before.length + gap.length + text.indexOf(select);
    area.setSelectionRange(at, at + select.length);
  } else if (line) {
    area.selectionStart = area.value.lastIndexOf('\n', area.selectionStart - 1) + 1;
    const lines = area.value.slice(area.selectionStart, area.selectionEnd).split('\n');
    type(area, lines.map((words, at) => line(at + 1) + words).join('\n'));
  } else if (around) {
    const start = area.selectionStart;
    const words = area.value.slice(start, area.selectionEnd);
    // Code of several lines stands between fences.
    const [before, after] = around[0] === '`' && words.includes('\n') ? ['```\n', '\n```'] : around;
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
  const offered = marks.filter((mark) => !mark.files || fileFields(area));
  const buttons = offered.map((mark, index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = mark.face;
    button.dataset['mark'] = mark.name;
    button.tabIndex = index === 0 ? 0 : -1;
    button.setAttribute('aria-label', mark.label);
    button.title = mark.key ? `${mark.label} (Ctrl+${mark.key.toUpperCase()})` : mark.label;
    button.addEventListener('click', () => {
      goTo(button);
      apply(area, mark);
    });
    return button;
  });
  bar.append(...buttons);
  /** One stop for the Tab key: where somebody was last. */
  function goTo(next: HTMLButtonElement): void {
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
  }
  bar.addEventListener('keydown', (event) => {
    const at = buttons.findIndex((button) => button === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    const next = to === undefined || at < 0 ? undefined : buttons.at(to % buttons.length);
    if (!next) return;
    event.preventDefault();
    goTo(next);
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
