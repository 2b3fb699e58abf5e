/**
 * The messages that consumers of the classic protocol put into JoinGroup and SyncGroup: `ConsumerProtocolSubscription` and
 * `ConsumerProtocolAssignment`, versions 0 to 3. Later versions only add fields at the end, so that they are read as version 3.
 */
import type { Assignment } from './partition-sets.ts';

export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface ConsumerSubscription {
  readonly version: number;
  readonly topics: readonly string[];
  /** Since version 1 (KIP-429): what the member still has while it joins. */
  readonly ownedPartitions: readonly TopicPartitions[];
  /** Since version 3 (KIP-881). */
  readonly rackId: string | null;
}

export interface ConsumerAssignment {
  readonly partitions: readonly TopicPartitions[];
  /** Of a custom assignor: what is in it only that assignor knows. */
  readonly hasUserData: boolean;
}

export function decodeSubscription(bytes: Buffer): ConsumerSubscription | undefined {
  return tryToRead(bytes, (reader) => {
    const version = reader.int16();
    const topics = reader.array(() => reader.string());
    reader.skipBytes();
    const ownedPartitions = version >= 1 ? reader.topicPartitions() : [];
    if (version >= 2) reader.int32();
    const rackId = version >= 3 ? reader.nullableString() : null;
    return { version, topics, ownedPartitions, rackId };
  });
}

export function decodeAssignment(bytes: Buffer): ConsumerAssignment | undefined {
  return tryToRead(bytes, (reader) => {
    reader.int16();
    const partitions = reader.topicPartitions();
    return { partitions, hasUserData: reader.skipBytes() > 0 };
  });
}

/** Topics that are not there any more are left out. */
export function encodeAssignment(
  assignment: Assignment,
  topicName: (topicId: string) => string | undefined,
  version: number,
): Buffer {
  const pieces: Buffer[] = [];
  const int16 = (value: number): void => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    pieces.push(bytes);
  };
  const int32 = (value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    pieces.push(bytes);
  };
  const topics = Array.from(assignment, ([topicId, partitions]) => ({ name: topicName(topicId), partitions }))
    .filter((topic): topic is { name: string; partitions: ReadonlySet<number> } => topic.name !== undefined)
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  int16(version);
  int32(topics.length);
  for (const { name, partitions } of topics) {
    int16(Buffer.byteLength(name));
    pieces.push(Buffer.from(name));
    int32(partitions.size);
    for (const partition of [...partitions].sort((left, right) => left - right)) int32(partition);
  }
  int32(-1);
  return Buffer.concat(pieces);
}

class SubscriptionReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  string(): string {
    const text = this.nullableString();
    if (text === null) throw new RangeError('null');
    return text;
  }

  nullableString(): string | null {
    const size = this.int16();
    return size < 0 ? null : this.#take(size).toString('utf8');
  }

  /** The size of what was skipped; -1 of null. */
  skipBytes(): number {
    const size = this.int32();
    if (size > 0) this.#take(size);
    return size;
  }

  array<T>(element: () => T): T[] {
    const size = this.int32();
    // Each element takes at least two bytes.
    if (size < 0 || size > this.#bytes.length / 2) throw new RangeError('size');
    return Array.from({ length: size }, element);
  }

  topicPartitions(): TopicPartitions[] {
    return this.array(() => ({ topic: this.string(), partitions: this.array(() => this.int32()) }));
  }

  #take(size: number): Buffer {
    const end = this.#at + size;
    if (end > this.#bytes.length) throw new RangeError('end');
    this.#at = end;
    return this.#bytes.subarray(end - size, end);
  }
}

/** Undefined when the bytes are not such a message: reading beyond their end throws a RangeError. */
function tryToRead<T>(bytes: Buffer, read: (reader: SubscriptionReader) => T): T | undefined {
  try {
    return read(new SubscriptionReader(bytes));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
