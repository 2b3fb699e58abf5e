/** A client that behaves well beside the attacks. What it asks for must be answered rightly all the time. */
import {
  apiVersionsApi,
  batchesIn,
  decodeRecords,
  encodeBatch,
  offsetCommitApi,
} from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { readPartition } from '../broker/partition-reader.ts';
import { createTopic, expectNone, fetch, metadata, produce } from '../broker/requests.ts';
import { BatchMaker } from '../crash/batch-maker.ts';
import { committedOffset } from '../crash/offset-committer.ts';
import { payload, payloadLabel } from '../crash/payload.ts';
import type { Random } from '../random.ts';
import { promise } from '../violation.ts';

export const CANARY_TOPIC = 'canary';
export const CANARY_GROUP = 'canary-group';
const where = { topic: CANARY_TOPIC, partition: 0 };
const STREAM = 'canary';
export const FILLER_TOPIC = 'filler';
/**
 * More than the 16 MiB of newest batches that a broker keeps for those who read at the end of a log. Of a size that is copied: the
 * canary's own batches take the place of these as time goes by, and the memory of copies is given back, where that of large requests
 * is kept for others.
 */
const FILLER_BATCHES = 1_100;
const FILLER_BYTES = 16_000;

export class Canary {
  readonly #client: BrokerClient;
  readonly #batches: BatchMaker;
  readonly #topicId: string;
  readonly #servedApis: string;
  #count = 0;
  /** Rounds done. */
  beats = 0;
  slowestMs = 0;

  private constructor(client: BrokerClient, batches: BatchMaker, topicId: string, servedApis: string) {
    this.#client = client;
    this.#batches = batches;
    this.#topicId = topicId;
    this.#servedApis = servedApis;
  }

  static async start(port: number, random: Random): Promise<Canary> {
    const client = await BrokerClient.connect(port);
    const config = { 'retention.ms': '-1', 'retention.bytes': '-1' };
    expectNone(await createTopic(client, { name: CANARY_TOPIC, partitions: 2, config }), 'CreateTopics of the canary');
    const topic = (await metadata(client)).find(({ name }) => name === CANARY_TOPIC);
    return new Canary(client, new BatchMaker(random), topic!.topicId, await servedApis(client));
  }

  /** Fills what fills up in every broker that is in use, so that it does not look like growth. */
  async fillCache(port: number): Promise<void> {
    const filler = { topic: FILLER_TOPIC, partition: 0 };
    expectNone(await createTopic(this.#client, { name: FILLER_TOPIC, partitions: 1 }), 'CreateTopics of the filler');
    const reader = await BrokerClient.connect(port);
    for (let offset = 0; offset < FILLER_BATCHES; offset++) {
      const read = fetch(reader, filler, offset, { maxWaitMs: 30_000, maxBytes: 1 });
      const record = { key: null, value: Buffer.alloc(FILLER_BYTES), timestampMs: Date.now() };
      expectNone((await produce(this.#client, filler, encodeBatch({ records: [record] }))).errorCode, 'a Produce');
      expectNone((await read).errorCode, 'a Fetch');
    }
    reader.close();
  }

  /** One round of everything. @throws Violation. */
  async beat(): Promise<void> {
    const startedMs = performance.now();
    const sequence = this.#count++;
    const batch = this.#batches.make([{ key: null, value: payload(STREAM, sequence) }]);
    const answer = await produce(this.#client, where, batch);
    expectNone(answer.errorCode, 'a Produce of the canary');
    promise(answer.baseOffset === sequence, 'no one else writes into a topic', () => {
      return `record ${sequence} of the canary was put at ${answer.baseOffset}`;
    });
    await this.#expectRecord(sequence);
    await this.#commit(sequence);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - startedMs);
    if (this.beats % 20 === 0) await this.#expectSameTopic();
    this.beats++;
  }

  /** Reads all that it ever wrote. */
  async checkAll(): Promise<void> {
    const { records } = await readPartition(this.#client, where);
    const sequences = records.map(({ value }) => payloadLabel(value)?.sequence);
    promise(
      sequences.length === this.#count && sequences.every((sequence, index) => sequence === index),
      'no topic of others changes',
      () => {
        return `the canary wrote ${this.#count} records and finds ${sequences.length}`;
      },
    );
  }

  close(): void {
    this.#client.close();
  }

  async #expectRecord(sequence: number): Promise<void> {
    const answer = await fetch(this.#client, where, sequence);
    expectNone(answer.errorCode, 'a Fetch of the canary');
    const found = [...batchesIn(answer.records ?? [])].flatMap((batch) => [...decodeRecords(batch)]);
    const record = found.find(({ offset }) => offset === sequence);
    promise(payloadLabel(record?.value ?? null)?.sequence === sequence, 'bytes come back as they were sent', () => {
      return `record ${sequence} of the canary`;
    });
  }

  async #commit(offset: number): Promise<void> {
    const { topics } = await this.#client.send(offsetCommitApi, 8, {
      groupId: CANARY_GROUP,
      memberId: '',
      topics: [
        {
          name: CANARY_TOPIC,
          partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }],
        },
      ],
    });
    expectNone(topics[0]!.partitions[0]!.errorCode, 'an OffsetCommit of the canary');
    const committed = await committedOffset(this.#client, CANARY_GROUP, where);
    promise(committed === offset, 'a group keeps its offset', () => `${offset} was committed, ${committed} is found`);
  }

  async #expectSameTopic(): Promise<void> {
    const topic = (await metadata(this.#client)).find(({ name }) => name === CANARY_TOPIC);
    const isSame = topic?.topicId === this.#topicId && topic.partitions.length === 2;
    promise(isSame, 'no topic of others changes', () => JSON.stringify(topic));
    promise(
      (await servedApis(this.#client)) === this.#servedApis,
      'the answer to ApiVersions stays',
      () => 'it changed',
    );
  }
}

async function servedApis(client: BrokerClient): Promise<string> {
  const answer = await client.send(apiVersionsApi, 3, { clientSoftwareName: 'drill', clientSoftwareVersion: '1' });
  return JSON.stringify(answer.apiKeys);
}
