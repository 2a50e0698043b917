/** Bytes that come in pieces, held in one piece of memory that grows: however small the pieces are, they cost no more than their bytes. */
export class HeldBytes {
  length = 0;
  #room: Buffer;

  /** @param room how many bytes are expected */
  constructor(room = 4096) { this.#room = Buffer.allocUnsafe(room); }

  add(piece: Buffer): void {
    const length = this.length + piece.length;
    if (length > this.#room.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#room.length));
      this.#room.copy(larger, 0, 0, this.length);
      this.#room = larger;
    }
    piece.copy(this.#room, this.length);
    this.length = length;
  }

  /** Lets go of everything from there on. */
  cut(length: number): void { this.length = length; }

  bytes(): Buffer { return this.#room.subarray(0, this.length); }
}
