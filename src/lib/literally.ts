/** A text as part of a regular expression that finds it as it is written. */
export const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
