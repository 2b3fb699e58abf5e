/**
 * Event time on its way through a topic between two steps.
 *
 * A topic that is `aligned` is written from many inputs (each partition of each topic in front of it), and each may be at another
 * time: one is read from its backlog while another is at its end. So each task says of each input, in a mark behind the records of a
 * commit and in the same transaction, how far its event time has come; behind the topic it is as far as the slowest of them. Results
 * are then the same at any speed, by any number of instances, and after any crash.
 *
 * An input that has had nothing for a while is idle, and is waited for no longer until it has something again. When all are idle, event
 * time is the latest that any of them had.
 *
 *     mark: a record without a key; number of the input (4 bytes) | event time (8) | idle (1)          one to each partition
 */
import type { RecordToWrite } from '@headwater/messaging';
import { longCodec, writeLong, type Codec } from '../codec/index.ts';
import type { KeyValueStore } from '../store/index.ts';

/** How far an input has come. */
export interface EventTimeMark {
  /** The greatest timestamp that it read; -1 before the first. */
  readonly timeMs: number;
  readonly isIdle: boolean;
}

const markBytes = 9;
const inputBytes = 4;

export const markCodec: Codec<EventTimeMark> = {
  encode({ timeMs, isIdle }) {
    const bytes = Buffer.alloc(markBytes);
    writeLong(bytes, timeMs, 0);
    bytes[markBytes - 1] = isIdle ? 1 : 0;
    return bytes;
  },
  decode: (bytes) => ({ timeMs: longCodec.decode(bytes.subarray(0, 8)), isIdle: bytes[markBytes - 1] === 1 }),
};

/** In front of the topic: what a task says of one of its inputs. */
export class EventTimeSender {
  private mark: EventTimeMark = { timeMs: -1, isIdle: false };
  private sent: EventTimeMark | undefined;

  constructor(
    readonly topic: string,
    /** Tells it from all other inputs in front of the topic. */
    private readonly input: number,
  ) {}

  /** A record of the input was read. */
  saw(timestampMs: number): void {
    if (timestampMs > this.mark.timeMs) this.mark = { timeMs: timestampMs, isIdle: false };
    else if (this.mark.isIdle) this.mark = { ...this.mark, isIdle: false };
  }

  /** Nobody is to wait for it. Answers whether that is news. */
  rest(): boolean {
    if (this.mark.isIdle) return false;
    this.mark = { ...this.mark, isIdle: true };
    return true;
  }

  /** Marks for all partitions of the topic, when there is news. */
  drain(partitions: number, write: (record: RecordToWrite) => void): void {
    const { mark, sent } = this;
    if (mark === sent || (mark.timeMs < 0 && !mark.isIdle)) return;
    this.sent = mark;
    const value = Buffer.alloc(inputBytes + markBytes);
    value.writeInt32BE(this.input);
    markCodec.encode(mark).copy(value, inputBytes);
    for (let partition = 0; partition < partitions; partition++)
      write({ key: null, value, timestampMs: Math.max(mark.timeMs, 0), partition });
  }
}

/** Behind the topic: what was said of the inputs in front of it. */
export class EventTimeReceiver {
  constructor(
    private readonly marks: KeyValueStore<string, EventTimeMark>,
    /** How many there are. */
    private readonly inputs: number,
  ) {}

  /** Takes a mark. Answers the event time behind the topic; -1 while nothing was said of one of them. */
  take(value: Buffer): number {
    const input = String(value.readInt32BE(0));
    const { timeMs, isIdle } = markCodec.decode(value.subarray(inputBytes));
    // A task that began anew has perhaps not read as far yet as it had before.
    const known = this.marks.get(input)?.timeMs ?? -1;
    this.marks.put(input, { timeMs: Math.max(timeMs, known), isIdle }, Math.max(timeMs, 0));
    return this.timeMs();
  }

  private timeMs(): number {
    if (this.marks.size < this.inputs) return -1;
    let slowest = Infinity;
    let latest = -1;
    for (const [, { timeMs, isIdle }] of this.marks.entries()) {
      if (!isIdle) slowest = Math.min(slowest, timeMs);
      latest = Math.max(latest, timeMs);
    }
    return slowest === Infinity ? latest : slowest;
  }
}
