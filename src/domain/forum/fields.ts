import { line, text } from '#lib/fields.ts';

/** Characters of a title and of a text that members may send. */
export const mostInTitle = 150;
export const mostInBody = 20_000;

export const titleField = line({ missing: 'Give it a title that says what it is about.', min: 8, tooShort: 'A few more words, please: people decide by the title whether to open it.', max: mostInTitle });
export const bodyField = text({ missing: 'Please write something.', max: mostInBody });

