import { whoAsks } from './asked.ts';

/** A piece of work that waits. */
interface Piece { run: () => Promise<unknown>; refuse: () => void }

/** Who waits, by name, each with their own pieces in the order in which they came; whose turn is next stands first. */
class Line {
  readonly #waiting = new Map<string, Piece[]>();
  readonly #most: number;
  #size = 0;

  constructor(most: number) { this.#most = most; }

  /** Who would make room in a full line for somebody else: whoever has most in it, where that is more than the other will have. */
  #longestBut(whose: string): Piece[] | null {
    const longest = [...this.#waiting.values()].reduce<Piece[]>((most, one) => (one.length > most.length ? one : most), []);
    return longest.length > (this.#waiting.get(whose)?.length ?? 0) + 1 ? longest : null;
  }

  hasRoom(whose: string): boolean { return this.#size < this.#most || this.#longestBut(whose) !== null; }

  put(whose: string, piece: Piece): void {
    if (!this.hasRoom(whose)) return piece.refuse();
    if (this.#size === this.#most) this.#longestBut(whose)?.pop()?.refuse();
    else this.#size++;
    this.#waiting.set(whose, [...this.#waiting.get(whose) ?? [], piece]);
  }

  /** Takes out one piece of whose turn it is; their next one comes after one of everybody else. */
  next(): Piece | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const [whose, [piece, ...rest]] = first;
    this.#waiting.delete(whose);
    if (rest.length > 0) this.#waiting.set(whose, rest);
    this.#size--;
    return piece;
  }
}

/**
 * Work that is done one piece at a time. It is taken in turn from those who are known and from strangers, and among these from each who waits, so that nobody is kept waiting by
 * how much somebody else sends. In each of the two lines so many pieces wait at most; past that, whoever has most there loses their last, or whoever comes is refused.
 * What somebody asked for who has gone meanwhile is not done.
 */
export class Turns {
  readonly #lines: { known: Line; strangers: Line };
  readonly #refusal: () => Error;
  #last: Line | null = null;
  #isWorking = false;

  /** @param refusal makes what is thrown at whoever cannot wait here */
  constructor(most: number, refusal: () => Error) {
    this.#lines = { known: new Line(most), strangers: new Line(most) };
    this.#refusal = refusal;
  }

  /** Throws the refusal where there is no room for a piece of this one. */
  mustHaveRoom(whose: string, line: 'known' | 'strangers'): void {
    if (!this.#lines[line].hasRoom(whose)) throw this.#refusal();
  }

  /** Does the work when its turn has come; rejects with the refusal where that cannot be. */
  take<Output>(whose: string, line: 'known' | 'strangers', work: () => Promise<Output>): Promise<Output> {
    const isGone = whoAsks();
    return new Promise((resolve, reject) => {
      const refuse = () => reject(this.#refusal());
      const run = () => work().then(resolve, reject);
      this.#lines[line].put(whose, { refuse, run: async () => (isGone() ? refuse() : run()) });
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#isWorking) return;
    const { known, strangers } = this.#lines;
    const order = this.#last === known ? [strangers, known] : [known, strangers];
    for (const line of order) {
      const piece = line.next();
      if (!piece) continue;
      this.#last = line;
      this.#isWorking = true;
      void piece.run().finally(() => {
        this.#isWorking = false;
        this.#goOn();
      });
      return;
    }
  }
}
