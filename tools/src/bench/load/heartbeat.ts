/** ConsumerGroupHeartbeat v0 (KIP-848), a flexible version: compact strings and arrays, tagged fields. */
import { clientId, sized } from './wire.ts';
import { int16, int32, int8, text, unsignedVarint } from './primitives.ts';

/** The epoch that says goodbye. */
export const leavingEpoch = -1;

export interface OwnedTopic {
  /** 16 bytes. */
  readonly topicId: Buffer;
  readonly partitions: readonly number[];
}

export interface Heartbeat {
  readonly groupId: string;
  /** Empty before the first answer. */
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly topic: string;
  readonly owned: readonly OwnedTopic[];
}

export interface HeartbeatAnswer {
  readonly error: number;
  readonly message: string | undefined;
  readonly memberId: string | undefined;
  readonly memberEpoch: number;
  /** Undefined when it did not change. */
  readonly assignment: readonly OwnedTopic[] | undefined;
}

const noTags = int8(0);
const nullCompact = int8(0);
const rebalanceTimeoutMs = 60_000;

export function heartbeatFrame({ groupId, memberId, memberEpoch, topic, owned }: Heartbeat): Buffer {
  const ownedTopics = owned.flatMap(({ topicId, partitions }) => [
    topicId,
    unsignedVarint(partitions.length + 1),
    ...partitions.map(int32),
    noTags,
  ]);
  return sized(
    Buffer.concat([
      ...[int16(68), int16(0), int32(0), text(clientId), noTags],
      ...[compact(groupId), compact(memberId), int32(memberEpoch)],
      // instance and rack
      ...[nullCompact, nullCompact],
      ...[int32(rebalanceTimeoutMs), unsignedVarint(2), compact(topic)],
      // the assignor is the broker's choice
      nullCompact,
      ...[unsignedVarint(owned.length + 1), ...ownedTopics],
      noTags,
    ]),
  );
}

/** Reads an answer without its size. */
export function readHeartbeat(answer: Buffer): HeartbeatAnswer {
  const reader = new CompactReader(answer, 4);
  reader.skipTags();
  reader.int32();
  const error = reader.int16();
  const message = reader.string();
  const memberId = reader.string();
  const memberEpoch = reader.int32();
  reader.int32();
  const assignment = reader.int8() < 0 ? undefined : readTopics(reader);
  return { error, message, memberId, memberEpoch, assignment };
}

function readTopics(reader: CompactReader): OwnedTopic[] {
  return reader.array(() => {
    const topicId = reader.bytes(16);
    const partitions = reader.array(() => reader.int32());
    reader.skipTags();
    return { topicId, partitions };
  });
}

function compact(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([unsignedVarint(bytes.length + 1), bytes]);
}

class CompactReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  int8(): number {
    this.#at += 1;
    return this.#buffer.readInt8(this.#at - 1);
  }

  int16(): number {
    this.#at += 2;
    return this.#buffer.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#buffer.readInt32BE(this.#at - 4);
  }

  bytes(length: number): Buffer {
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  string(): string | undefined {
    const length = this.#unsignedVarint() - 1;
    return length < 0 ? undefined : this.bytes(length).toString();
  }

  array<T>(element: () => T): T[] {
    return Array.from({ length: Math.max(0, this.#unsignedVarint() - 1) }, element);
  }

  skipTags(): void {
    for (let count = this.#unsignedVarint(); count > 0; count--) {
      this.#unsignedVarint();
      const length = this.#unsignedVarint();
      this.bytes(length);
    }
  }

  #unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}
