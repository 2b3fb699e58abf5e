/**
 * What kafkajs 2.2.4 lacks for transactions that read a group (KIP-447, KIP-516's field encoding aside):
 *
 * - TxnOffsetCommit 3 names the member and its generation, so that the coordinator refuses the offsets of a member that was replaced.
 *   kafkajs speaks version 1, which any zombie may use.
 * - OffsetFetch 7 can ask for stable offsets: while a transaction has offsets pending, it answers UNSTABLE_OFFSET_COMMIT, which
 *   kafkajs retries. Version 4 answers the offset before the pending one, and the records behind it would be processed twice.
 * - the generation of a member is not told to the outside.
 *
 * All three are added to kafkajs's broker class, for registered transactional ids and groups only: other clients in the process are
 * served as before. A broker that is too old for a version gets kafkajs's own request.
 *
 * Both versions are flexible (KIP-482): the header's empty tag section is the first byte of what kafkajs calls the body.
 */
import type { GroupMembership } from '../client/index.ts';
import { kafkajsBroker, kafkajsDecoder, kafkajsEncoder, kafkajsErrors } from './kafkajs-internals.ts';

interface Encoder {
  writeInt8(value: number): Encoder;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeInt64(value: string | number): Encoder;
  writeUVarIntString(value: string | null): Encoder;
  writeUVarIntArray(items: readonly Encoder[]): Encoder;
  writeUVarInt(value: number): Encoder;
}

interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readUVarInt(): number;
  readUVarIntString(): string | null;
  readTaggedFields(): void;
}

interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

interface TxnOffsetCommit {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly topics: readonly TopicOffsets[];
}

interface OffsetFetch {
  readonly groupId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

interface SyncGroup {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
}

interface BrokerClass {
  readonly versions: Readonly<Partial<Record<number, { readonly maxVersion: number }>>> | null;
  txnOffsetCommit(commit: TxnOffsetCommit): Promise<unknown>;
  offsetFetch(fetch: OffsetFetch): Promise<unknown>;
  syncGroup(sync: SyncGroup): Promise<unknown>;
}

const Broker = kafkajsBroker as { readonly prototype: BrokerClass };
const EncoderClass = kafkajsEncoder as new () => Encoder;
const DecoderClass = kafkajsDecoder as new (bytes: Buffer) => Decoder;
const { createErrorFromCode } = kafkajsErrors as {
  readonly createErrorFromCode: (code: number) => Error;
};

const offsetFetchKey = 9;
const txnOffsetCommitKey = 28;

/** UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION and their like belong to the member; see `TransactionFailure`. */
const memberships = new Map<string, GroupMembership>();
const stableGroups = new Map<string, number>();
const generations = new Map<string, number>();

const sendRequest = Object.getOwnPropertySymbols(Broker.prototype).find(
  ({ description }) => description === 'private:Broker:sendRequest',
)!;

function send(broker: BrokerClass, request: unknown): Promise<unknown> {
  return (broker as unknown as Record<symbol, (request: unknown) => Promise<unknown>>)[sendRequest]!(request);
}

const noTags = 0;

function txnOffsetCommit3(commit: TxnOffsetCommit, membership: GroupMembership): unknown {
  const topics = commit.topics.map(({ topic, partitions }) =>
    new EncoderClass()
      .writeUVarIntString(topic)
      .writeUVarIntArray(
        partitions.map(({ partition, offset }) =>
          new EncoderClass()
            .writeInt32(partition)
            .writeInt64(offset)
            .writeInt32(-1)
            .writeUVarIntString(null)
            .writeUVarInt(noTags),
        ),
      )
      .writeUVarInt(noTags),
  );
  return {
    request: {
      apiKey: txnOffsetCommitKey,
      apiVersion: 3,
      apiName: 'TxnOffsetCommit',
      encode: () =>
        Promise.resolve(
          new EncoderClass()
            .writeUVarInt(noTags)
            .writeUVarIntString(commit.transactionalId)
            .writeUVarIntString(commit.groupId)
            .writeInt64(commit.producerId)
            .writeInt16(commit.producerEpoch)
            .writeInt32(membership.generation)
            .writeUVarIntString(membership.memberId)
            .writeUVarIntString(null)
            .writeUVarIntArray(topics)
            .writeUVarInt(noTags),
        ),
    },
    response: {
      decode: (bytes: Buffer) => {
        const decoder = new DecoderClass(bytes);
        decoder.readTaggedFields();
        decoder.readInt32();
        const codes: number[] = [];
        readArray(decoder, () => {
          decoder.readUVarIntString();
          readArray(decoder, () => {
            decoder.readInt32();
            codes.push(decoder.readInt16());
          });
        });
        return Promise.resolve(codes);
      },
      parse: (codes: number[]) => {
        throwFirst(codes);
        return Promise.resolve(codes);
      },
    },
  };
}

interface FetchedOffsets {
  readonly codes: readonly number[];
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string;
      readonly metadata: string | null;
    }[];
  }[];
}

function offsetFetch7({ groupId, topics }: OffsetFetch): unknown {
  const wanted = topics.map(({ topic, partitions }) =>
    new EncoderClass()
      .writeUVarIntString(topic)
      .writeUVarIntArray(partitions.map(({ partition }) => new EncoderClass().writeInt32(partition)))
      .writeUVarInt(noTags),
  );
  return {
    request: {
      apiKey: offsetFetchKey,
      apiVersion: 7,
      apiName: 'OffsetFetch',
      encode: () =>
        Promise.resolve(
          new EncoderClass()
            .writeUVarInt(noTags)
            .writeUVarIntString(groupId)
            .writeUVarIntArray(wanted)
            .writeInt8(1)
            .writeUVarInt(noTags),
        ),
    },
    response: {
      decode: (bytes: Buffer) => Promise.resolve(decodeOffsetFetch7(new DecoderClass(bytes))),
      parse: (fetched: FetchedOffsets) => {
        throwFirst(fetched.codes);
        return Promise.resolve(fetched);
      },
    },
  };
}

function decodeOffsetFetch7(decoder: Decoder): FetchedOffsets {
  decoder.readTaggedFields();
  decoder.readInt32();
  const codes: number[] = [];
  const responses = readArray(decoder, () => ({
    topic: decoder.readUVarIntString() ?? '',
    partitions: readArray(decoder, () => {
      const partition = decoder.readInt32();
      const offset = decoder.readInt64().toString();
      decoder.readInt32();
      const metadata = decoder.readUVarIntString();
      codes.push(decoder.readInt16());
      return { partition, offset, metadata };
    }),
  }));
  codes.push(decoder.readInt16());
  return { codes, responses };
}

/** A compact array of structures, each with its tag section. */
function readArray<Item>(decoder: Decoder, read: () => Item): Item[] {
  const items: Item[] = [];
  for (let left = decoder.readUVarInt() - 1; left > 0; left--) {
    items.push(read());
    decoder.readTaggedFields();
  }
  return items;
}

function throwFirst(codes: readonly number[]): void {
  const code = codes.find((each) => each !== 0);
  if (code !== undefined) throw createErrorFromCode(code);
}

/** Whose offsets a transactional id sends from here on. */
export function rememberMembership(transactionalId: string, membership: GroupMembership | undefined): void {
  if (membership) memberships.set(transactionalId, membership);
  else memberships.delete(transactionalId);
}

/** Reads only decided offsets of the group, until the answer is called. */
export function requireStableOffsets(groupId: string): () => void {
  stableGroups.set(groupId, (stableGroups.get(groupId) ?? 0) + 1);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    const left = stableGroups.get(groupId)! - 1;
    if (left === 0) stableGroups.delete(groupId);
    else stableGroups.set(groupId, left);
  };
}

/** The generation that a member was last synchronized in. */
export function generationOf(memberId: string): number | undefined {
  return generations.get(memberId);
}

export function forgetGeneration(memberId: string): void {
  generations.delete(memberId);
}

/** The newest version of an API that the broker serves; 0 where it is not known. */
function newestOf({ versions }: BrokerClass, apiKey: number): number {
  return versions?.[apiKey]?.maxVersion ?? 0;
}

let mended = false;

/** Calling it again changes nothing. */
export function mendGroupFencing(): void {
  if (mended) return;
  mended = true;
  // They are put back as methods of the same prototype, and called with the broker.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { txnOffsetCommit, offsetFetch, syncGroup } = Broker.prototype;
  Broker.prototype.txnOffsetCommit = function (this: BrokerClass, commit) {
    const membership = memberships.get(commit.transactionalId);
    const newest = newestOf(this, txnOffsetCommitKey);
    if (!membership || newest < 3) return txnOffsetCommit.call(this, commit);
    return send(this, txnOffsetCommit3(commit, membership));
  };
  Broker.prototype.offsetFetch = function (this: BrokerClass, fetch) {
    const newest = newestOf(this, offsetFetchKey);
    if (!stableGroups.has(fetch.groupId) || newest < 7) return offsetFetch.call(this, fetch);
    return send(this, offsetFetch7(fetch));
  };
  Broker.prototype.syncGroup = async function (this: BrokerClass, sync) {
    const synchronized = await syncGroup.call(this, sync);
    generations.set(sync.memberId, sync.generationId);
    return synchronized;
  };
}
