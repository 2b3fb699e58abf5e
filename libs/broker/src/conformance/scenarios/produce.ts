import { initProducerIdApi, listOffsetsApi, produceApi, ZERO_UUID, type RequestInput } from '../../protocol/index.ts';
import { batchOf } from '../batches.ts';
import type { Scenario, Session, TopicReference } from '../session.ts';

type ProduceInput = RequestInput<typeof produceApi>;

/** A Produce request for one partition. */
export function produceTo(
  { name, topicId }: TopicReference,
  records: Buffer | null,
  { acks = -1, partition = 0 }: { readonly acks?: number; readonly partition?: number } = {},
): ProduceInput {
  const partitionData = [{ index: partition, records: records && [records] }];
  return { acks, timeoutMs: 30_000, topicData: [{ name, topicId, partitionData }] };
}

export const NOWHERE: TopicReference = { name: 'nowhere', topicId: '01234567-89ab-4def-8123-456789abcdef' };

const batches: Scenario = {
  name: 'batches',
  api: produceApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    const ask = (label: string, body: ProduceInput) => session.ask(label, produceApi, version, body);
    await ask('the first batch', produceTo(topic, batchOf(['a', 'b'])));
    await ask('the second batch, acks 1', produceTo(topic, batchOf(['c']), { acks: 1 }));
    await ask('another partition', produceTo(topic, batchOf(['d']), { partition: 1 }));
    await ask('gzip', produceTo(topic, batchOf(['d', 'd'], { compression: 1 })));
    await ask('snappy', produceTo(topic, batchOf(['d', 'd'], { compression: 2 })));
    await ask('lz4', produceTo(topic, batchOf(['d', 'd'], { compression: 3 })));
    await ask('no topic', { acks: -1, timeoutMs: 1000, topicData: [] });
    await ask('no partition', { acks: -1, timeoutMs: 1000, topicData: [{ ...topic, partitionData: [] }] });
    await ask('acks 2', produceTo(topic, batchOf(['e']), { acks: 2 }));
    await ask('acks -2', produceTo(topic, batchOf(['e']), { acks: -2 }));
    await ask('an unknown topic', produceTo(NOWHERE, batchOf(['e'])));
    await ask('no id and no name', produceTo({ name: '', topicId: ZERO_UUID }, batchOf(['e'])));
    await ask('an unknown partition', produceTo(topic, batchOf(['e']), { partition: 2 }));
    await ask('a negative partition', produceTo(topic, batchOf(['e']), { partition: -1 }));
    const twoPartitions = [0, 1].map((index) => ({ index, records: [batchOf(['f'])] }));
    await ask('two partitions', {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ ...topic, partitionData: twoPartitions }],
    });
    await ask('good and bad partitions', {
      acks: -1,
      timeoutMs: 1000,
      topicData: [
        {
          ...topic,
          partitionData: [
            { index: 0, records: [batchOf(['g'])] },
            { index: 7, records: [batchOf(['g'])] },
          ],
        },
        { ...NOWHERE, partitionData: [{ index: 0, records: [batchOf(['g'])] }] },
      ],
    });
    await ask('a partition twice', {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ ...topic, partitionData: [0, 0].map((index) => ({ index, records: [batchOf(['g'])] })) }],
    });
  },
};

function changed(batch: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(batch);
  change(copy);
  return copy;
}

const malformed: Scenario = {
  name: 'malformed records',
  api: produceApi,
  run: async (session, version) => {
    const topic = await session.topic('log');
    const ask = (label: string, records: Buffer | null) =>
      session.ask(label, produceApi, version, produceTo(topic, records));
    // Null records are left out: Apache Kafka never answers them.
    await ask('no bytes', Buffer.alloc(0));
    await ask('ten zero bytes', Buffer.alloc(10));
    await ask('two batches', Buffer.concat([batchOf(['a']), batchOf(['b'])]));
    await ask(
      'a wrong checksum',
      changed(batchOf(['a']), (batch) => (batch[batch.length - 1]! ^= 1)),
    );
    await ask(
      'an older format',
      changed(batchOf(['a']), (batch) => batch.writeInt8(1, 16)),
    );
    await ask(
      'a newer format',
      changed(batchOf(['a']), (batch) => batch.writeInt8(3, 16)),
    );
    await ask('cut off', batchOf(['a', 'b']).subarray(0, -3));
    await ask('a byte more', Buffer.concat([batchOf(['a']), Buffer.alloc(1)]));
    await ask(
      'a length of zero',
      changed(batchOf(['a']), (batch) => batch.writeInt32BE(0, 8)),
    );
    await ask(
      'a negative length',
      changed(batchOf(['a']), (batch) => batch.writeInt32BE(-1, 8)),
    );
    await ask('a control batch', batchOf(['a'], { control: true, key: '\0\0\0\0' }));
    await ask('a base offset of its own', batchOf(['a'], { baseOffset: 17 }));
    await ask('a leader epoch of its own', batchOf(['a'], { partitionLeaderEpoch: 9 }));
    await ask('transactional without a producer', batchOf(['a'], { transactional: true }));
  },
};

const topicRules: Scenario = {
  name: 'rules of the topic',
  api: produceApi,
  run: async (session, version) => {
    const ask = (label: string, topic: TopicReference, records: Buffer) =>
      session.ask(label, produceApi, version, produceTo(topic, records));
    const small = await session.topic('small', { config: { 'max.message.bytes': '200' } });
    await ask('over max.message.bytes', small, batchOf(['x'.repeat(300)]));
    await ask('under max.message.bytes', small, batchOf(['x']));
    const compacted = await session.topic('compacted', { config: { 'cleanup.policy': 'compact' } });
    await ask('keyless on a compacted topic', compacted, batchOf(['a', 'b'], { key: null }));
    await ask('with a key on a compacted topic', compacted, batchOf(['a']));
    const stamped = await session.topic('stamped', { config: { 'message.timestamp.type': 'LogAppendTime' } });
    await ask('append time', stamped, batchOf(['a', 'b']));
    const recent = await session.topic('recent', {
      config: { 'message.timestamp.before.max.ms': '1000', 'message.timestamp.after.max.ms': '1000' },
    });
    await ask('older than message.timestamp.before.max.ms', recent, batchOf(['a', 'b']));
    await ask('newer than message.timestamp.after.max.ms', recent, batchOf(['a'], { timestampMs: 4_000_000_000_000 }));
    const tiny = await session.topic('tiny', {
      config: { 'segment.bytes': '1048576', 'max.message.bytes': '2000000' },
    });
    await ask('over segment.bytes', tiny, batchOf(['x'.repeat(1_200_000)]));
  },
};

export async function producerId(session: Session): Promise<{ producerId: number; producerEpoch: number }> {
  for (;;) {
    const answer = await session.prepare(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 60_000 });
    if (answer.errorCode === 0) return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  }
}

const idempotence: Scenario = {
  name: 'idempotence',
  api: produceApi,
  run: async (session, version) => {
    const topic = await session.topic('log');
    const producer = await producerId(session);
    const ask = (label: string, baseSequence: number, epoch = producer.producerEpoch, id = producer.producerId) =>
      session.ask(
        label,
        produceApi,
        version,
        produceTo(topic, batchOf(['a', 'b'], { producerId: id, producerEpoch: epoch, baseSequence })),
      );
    await ask('the first sequence', 0);
    await ask('the first again', 0);
    await ask('the next sequence', 2);
    await ask('the first of two again', 0);
    await ask('a gap', 7);
    await ask('a step back into a batch', 3);
    await ask('a new epoch that does not start at 0', 4, 1);
    await ask('a new epoch', 0, 1);
    await ask('the old epoch', 4, 0);
    await ask('an unknown producer that does not start at 0', 5, 0, 987_654_321);
    await ask('an unknown producer', 0, 3, 987_654_322);
    await ask('a negative sequence', -1);
    await ask('a negative epoch', 2, -1);
    for (let sequence = 2; sequence < 14; sequence += 2) await ask(`sequence ${sequence} of epoch 1`, sequence, 1);
    await ask('a batch from six batches ago', 2, 1);
    await ask('the last batch again', 12, 1);
  },
};

const unanswered: Scenario = {
  name: 'without an answer',
  api: produceApi,
  run: async (session, version) => {
    const topic = await session.topic('log');
    const tell = (to: TopicReference, records: Buffer) =>
      session.tell(produceApi, version, produceTo(to, records, { acks: 0 }), 1);
    const end = (label: string) =>
      session.ask(
        label,
        listOffsetsApi,
        9,
        { replicaId: -1, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }] },
        1,
      );
    await tell(topic, batchOf(['a', 'b']));
    await end('the next request after a good one');
    await tell(NOWHERE, batchOf(['c']));
    await end('the next request after one to an unknown topic');
    await tell(topic, Buffer.alloc(0));
    await end('the next request after one without records');
    await end('a request of a new connection');
  },
};

export const produceScenarios: readonly Scenario[] = [batches, unanswered, malformed, topicRules, idempotence];
