/** The ids of a field's hint and error, for `aria-describedby`; undefined when it has neither. */
export function describedBy(name: string, hint?: string, error?: string): string | undefined {
  return [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ') || undefined;
}
