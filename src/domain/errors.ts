/** What the viewer may not see is not found: no page tells that it exists. */
export class NotFound extends Error {
  constructor(message = 'There is nothing at this address.') {
    super(message);
    this.name = 'NotFound';
  }
}

/** Was here and is gone on purpose: shown as 410 with the reason and, where there is one, what to read instead. */
export class Gone extends Error {
  readonly successor: { url: string; title: string } | null;
  constructor(message: string, successor: { url: string; title: string } | null = null) {
    super(message);
    this.name = 'Gone';
    this.successor = successor;
  }
}

/** What the actor may not do, in a sentence a person understands. `way`: where to go instead, for a page of its own. */
export class Denied extends Error {
  readonly way: { url: string; title: string } | null;
  constructor(message: string, way: { url: string; title: string } | null = null) {
    super(message);
    this.name = 'Denied';
    this.way = way;
  }
}

/** Only members may do this; the visitor is sent to sign in and comes back. */
export class SignInRequired extends Error {
  constructor(message = 'Please sign in first.') {
    super(message);
    this.name = 'SignInRequired';
  }
}

/** Too much of something within a time. `retryAfter` in seconds. */
export class TooMany extends Error {
  readonly retryAfter: number;
  constructor(message: string, retryAfter: number) {
    super(message);
    this.name = 'TooMany';
    this.retryAfter = retryAfter;
  }
}

/** More is asked for at once than can be done soon. `retryAfter` in seconds. */
export class Busy extends Error {
  readonly retryAfter = 10;
  constructor(message: string) {
    super(message);
    this.name = 'Busy';
  }
}

/** A field holds something that cannot be taken: `fields` maps field names to sentences shown beside them. */
export class Invalid extends Error {
  readonly fields: Record<string, string>;
  constructor(fields: Record<string, string>) {
    super(Object.values(fields).join(' '));
    this.name = 'Invalid';
    this.fields = fields;
  }
}
