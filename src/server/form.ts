/** Fields that a form may have; our longest has about thirty. */
const mostFields = 300;

/** What anybody may send, and what a member's text may need, in bytes. */
export const bodyLimits = { visitor: 64 * 1024, member: 1024 * 1024 };

/** Said when a form cannot be taken apart. */
const unreadable = { status: 400, words: 'This form arrived broken: please go back and send it again.' };

/** Why a body is not a form that pages may take apart, or null when it is one. Taking apart costs time by the field, before any rate limit is asked. */
export function refusalOfForm(type = '', body: Buffer): { status: number; words: string } | null {
  const separator = separatorOf(type);
  if (separator === null) return { status: 415, words: 'The hub takes forms only, as application/x-www-form-urlencoded or multipart/form-data.' };
  if (separator === '') return unreadable;
  if (occursMoreOften(separator, body, mostFields)) return { status: 413, words: `This form has too many fields: the hub takes at most ${mostFields}.` };
  return null;
}

/** The boundary of a multipart form; null for any other body. */
export function boundaryOf(type = ''): string | null {
  const separator = separatorOf(type);
  return separator?.startsWith('--') ? separator.slice(2) : null;
}

/** What stands between two fields; empty when a form does not say it plainly, null when this is no form. */
function separatorOf(type: string): string | null {
  const name = type.split(';', 1)[0]?.trim().toLowerCase();
  if (name === 'application/x-www-form-urlencoded') return '&';
  if (name !== 'multipart/form-data') return null;
  // Only what browsers send: a boundary that the parser could read in another way than we do would not be counted.
  const boundary = /^[^;]+; *boundary=(?:([\w'()+,./:=?-]{1,70})|"([\w'()+,./:=? -]{1,70})")$/i.exec(type.trim());
  return boundary ? `--${boundary[1] ?? boundary[2]}` : '';
}

function occursMoreOften(needle: string, body: Buffer, times: number): boolean {
  let at = -1;
  for (let found = 0; found <= times; found++) {
    at = body.indexOf(needle, at + 1, 'latin1');
    if (at < 0) return false;
  }
  return true;
}
