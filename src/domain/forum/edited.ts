/** Hours in which an edit is put down to having just written it: it stands in the history and nowhere else. */
const graceHours = 24;

/** When a post was edited, if that was so late that readers are told; otherwise null. */
export function editedLate({ createdAt, editedAt }: { createdAt: Date; editedAt: Date | null }): Date | null {
  return editedAt && editedAt.getTime() - createdAt.getTime() > graceHours * 3_600_000 ? editedAt : null;
}
