import { line, text } from '#lib/fields.ts';

export const titleField = line({ missing: 'Give it a title that says what it is about.', min: 8, tooShort: 'A few more words, please: people decide by the title whether to open it.', max: 150 });
export const bodyField = text({ missing: 'Please write something.', max: 20_000 });

