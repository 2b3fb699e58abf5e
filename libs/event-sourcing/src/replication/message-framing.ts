/**
 * Cuts what a socket receives into messages of PostgreSQL's protocol: a letter, a size (4, itself included), the body. Blocks are
 * never copied or reused, except for a message that lies across two of them, so that slices of a message may be kept.
 */

/** @param start where the body begins @param end where it ends */
export type OnMessage = (kind: number, block: Buffer, start: number, end: number) => void;

const HEADER_BYTES = 5;

export class MessageFraming {
  private readonly onMessage: OnMessage;
  private parts: Buffer[] = [];
  private partBytes = 0;
  /** Bytes until the message across blocks is whole; until its header is, that of the header. */
  private wantedBytes = HEADER_BYTES;

  constructor(onMessage: OnMessage) {
    this.onMessage = onMessage;
  }

  take(received: Buffer): void {
    let block = received;
    if (this.partBytes > 0) {
      this.parts.push(received);
      this.partBytes += received.length;
      if (this.partBytes < this.wantedBytes) return;
      block = Buffer.concat(this.parts, this.partBytes);
      this.parts = [];
      this.partBytes = 0;
    }
    const rest = this.messagesOf(block);
    if (rest < block.length) this.keep(block, rest);
  }

  /** @returns where the first message begins that is not whole */
  private messagesOf(block: Buffer): number {
    let at = 0;
    while (at + HEADER_BYTES <= block.length) {
      const end = at + 1 + block.readUInt32BE(at + 1);
      if (end > block.length) break;
      this.onMessage(block[at]!, block, at + HEADER_BYTES, end);
      at = end;
    }
    return at;
  }

  private keep(block: Buffer, start: number): void {
    const rest = block.subarray(start);
    this.parts = [rest];
    this.partBytes = rest.length;
    this.wantedBytes = rest.length < HEADER_BYTES ? HEADER_BYTES : 1 + rest.readUInt32BE(1);
  }
}
