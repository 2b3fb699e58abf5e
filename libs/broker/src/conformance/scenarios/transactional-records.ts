/** Records of transactions: written, read as committed, ended by markers; offsets of groups within transactions. */
import {
  addOffsetsToTxnApi,
  deleteGroupsApi,
  endTxnApi,
  fetchApi,
  listOffsetsApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  produceApi,
  txnOffsetCommitApi,
  writeTxnMarkersApi,
  type RequestInput,
} from '../../protocol/index.ts';
import { batchOf, FIRST_TIMESTAMP_MS } from '../batches.ts';
import type { Scenario, Session, TopicReference } from '../session.ts';
import { fetchFrom } from './fetch.ts';
import { soleMember } from './groups.ts';
import { NOWHERE, producerId, produceTo } from './produce.ts';
import {
  add,
  describeState,
  end,
  ended,
  transactionalProduce,
  transactionalProducer,
  write,
  type TransactionalProducer,
} from './transactional.ts';

/** First versions that take partitions into the transaction themselves. */
const IMPLICIT_PRODUCE = 12;
const IMPLICIT_OFFSETS = 5;
const COMMITTED = 1;

const writes: Scenario = {
  name: 'transactional batches',
  api: produceApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    const producer = await transactionalProducer(session, 'writing');
    const ask = (label: string, sequence: number, changes: Partial<TransactionalProducer> = {}, partition = 0) =>
      session.ask(
        label,
        produceApi,
        version,
        transactionalProduce({ ...producer, ...changes }, topic, ['a'], sequence, partition),
      );
    const raw = (label: string, transactionalId: string | null, records: Buffer) =>
      session.ask(label, produceApi, version, { ...produceTo(topic, records), transactionalId });
    const names = { producerId: producer.producerId, producerEpoch: producer.producerEpoch };
    await ask('the epoch before', 0, { producerEpoch: 7 });
    await ask('an unknown id', 0, { transactionalId: session.named('unknown') });
    await ask('another producer', 0, { producerId: 987_654_321 });
    await ask('an empty id', 0, { transactionalId: '' });
    if (version < IMPLICIT_PRODUCE) await ask('before the partition is added', 0);
    await add(session, producer, topic.name);
    await ask('a sequence that does not start at 0', 3);
    await ask('the first sequence', 0);
    await ask('the first again', 0);
    await ask('the next sequence', 1);
    await ask('a gap', 9);
    await raw('no transactional id', null, batchOf(['b'], { ...names, baseSequence: 2, transactional: true }));
    await raw('not transactional', producer.transactionalId, batchOf(['b'], { ...names, baseSequence: 2 }));
    await raw('neither id nor transaction', null, batchOf(['b'], { ...names, baseSequence: 2 }));
    await raw('no producer', producer.transactionalId, batchOf(['b']));
    if (version < IMPLICIT_PRODUCE) await ask('a partition that is not added', 0, {}, 1);
    await describeState(session, 'running', producer.transactionalId);
    await end(session, producer, true);
    if (version < IMPLICIT_PRODUCE) await ask('after the end', 2);
    await raw('not transactional after the end', null, batchOf(['b'], { ...names, baseSequence: 2 }));
    await add(session, producer, topic.name);
    await ask('in the next transaction', 3);
    await session.ask('what was written', fetchApi, 12, fetchFrom(topic, 0));
    await end(session, producer, false);
  },
};

const newerWrites: Scenario = {
  name: 'batches that begin a transaction',
  api: produceApi,
  run: async (session, version) => {
    if (version < IMPLICIT_PRODUCE) return;
    const topic = await session.topic('log', { partitions: 2 });
    let producer = await transactionalProducer(session, 'writing');
    const id = producer.transactionalId;
    const ask = (label: string, sequence: number, changes: Partial<TransactionalProducer> = {}, partition = 0) =>
      session.ask(
        label,
        produceApi,
        version,
        transactionalProduce({ ...producer, ...changes }, topic, ['a'], sequence, partition),
      );
    for (const committed of [true, false]) {
      await ask(`begin (commit ${committed})`, 0);
      await ask(`another partition (commit ${committed})`, 0, {}, 1);
      await ask(`go on (commit ${committed})`, 1);
      await describeState(session, `running (commit ${committed})`, id);
      const before = producer;
      const answer = await session.ask(`end (commit ${committed})`, endTxnApi, 5, { ...producer, committed });
      await ended(session, id);
      producer = { ...producer, producerId: answer!.producerId, producerEpoch: answer!.producerEpoch };
      await ask(`the epoch before (commit ${committed})`, 2, { producerEpoch: before.producerEpoch });
      await ask(`the sequence goes on (commit ${committed})`, 2);
      await describeState(session, `ended (commit ${committed})`, id);
    }
    await session.ask('what was written', fetchApi, 12, fetchFrom(topic, 0));
  },
};

/** Transactions that overlap: offsets 0 and 1 of one that stays open, 2 and 3 aborted, 5 committed, 8 without a transaction. */
async function overlapping(session: Session): Promise<{ topic: TopicReference; open: TransactionalProducer }> {
  const topic = await session.topic('log');
  const open = await transactionalProducer(session, 'open');
  const [aborted, committed] = [
    await transactionalProducer(session, 'aborted'),
    await transactionalProducer(session, 'committed'),
  ];
  await session.prepare(produceApi, 11, produceTo(topic, batchOf(['before'])));
  for (const producer of [open, aborted, committed]) await add(session, producer, topic.name);
  await write(session, aborted, topic, ['aborted early']);
  await end(session, aborted, false);
  await write(session, open, topic, ['open', 'open too']);
  await add(session, aborted, topic.name);
  await write(session, aborted, topic, ['aborted'], 1);
  await write(session, committed, topic, ['committed']);
  await end(session, committed, true);
  await end(session, aborted, false);
  await session.prepare(
    produceApi,
    11,
    produceTo(topic, batchOf(['after'], { timestampMs: FIRST_TIMESTAMP_MS + 9000 })),
  );
  return { topic, open };
}

const committedReads: Scenario = {
  name: 'committed records',
  api: fetchApi,
  run: async (session, version) => {
    const { topic, open } = await overlapping(session);
    const ask = (label: string, offset: number, options: object = {}) =>
      session.ask(label, fetchApi, version, fetchFrom(topic, offset, { isolationLevel: COMMITTED, ...options }));
    const all = async (when: string) => {
      for (let offset = 0; offset <= 12; offset++) await ask(`offset ${offset} ${when}`, offset);
      await ask(`100 bytes ${when}`, 0, { partition: { partitionMaxBytes: 100 } });
      await ask(`300 bytes ${when}`, 0, { partition: { partitionMaxBytes: 300 } });
      await session.ask(`uncommitted ${when}`, fetchApi, version, fetchFrom(topic, 0));
    };
    await all('before the end');
    await end(session, open, false);
    await all('afterwards');
  },
};

const committedPositions: Scenario = {
  name: 'committed places',
  api: listOffsetsApi,
  run: async (session, version) => {
    const { topic, open } = await overlapping(session);
    const ask = (label: string, timestamp: number, isolationLevel = COMMITTED) =>
      session.ask(label, listOffsetsApi, version, {
        replicaId: -1,
        isolationLevel,
        topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp }] }],
      });
    const all = async (when: string) => {
      for (const timestamp of [-1, -2]) await ask(`timestamp ${timestamp} ${when}`, timestamp);
      if (version >= 7) await ask(`timestamp -3 ${when}`, -3);
      for (const after of [0, 500, 1000, 9000]) await ask(`${after} ms ${when}`, FIRST_TIMESTAMP_MS + after);
      await ask(`uncommitted ${when}`, -1, 0);
    };
    await all('before the end');
    await end(session, open, true);
    await all('afterwards');
  },
};

const markers: Scenario = {
  name: 'markers',
  api: writeTxnMarkersApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 3 });
    const producer = await transactionalProducer(session, 'hanging');
    type Marker = RequestInput<typeof writeTxnMarkersApi>['markers'][number];
    const marker = (changes: Partial<Marker> = {}): Marker => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      transactionResult: false,
      coordinatorEpoch: 0,
      topics: [{ name: topic.name, partitionIndexes: [0] }],
      ...changes,
    });
    const ask = (label: string, ...list: Marker[]) =>
      session.ask(label, writeTxnMarkersApi, version, { markers: list });
    const look = async (label: string) => {
      await session.ask(`log: ${label}`, fetchApi, 12, fetchFrom(topic, 0, { isolationLevel: COMMITTED }));
    };
    await ask('none');
    await ask('no topics', marker({ topics: [] }));
    await ask('no partitions', marker({ topics: [{ name: topic.name, partitionIndexes: [] }] }));
    await ask('no transaction', marker());
    await look('no transaction');
    await add(session, producer, topic.name);
    await write(session, producer, topic, ['a', 'b']);
    await ask('an older coordinator', marker({ coordinatorEpoch: -1 }));
    await look('an older coordinator');
    await write(session, producer, topic, ['c'], 2);
    await ask('an abort', marker());
    await look('an abort');
    await ask('the abort again', marker());
    await ask('a negative epoch', marker({ producerEpoch: -1 }));
    await write(session, producer, topic, ['d'], 3);
    await ask('a commit of a later epoch', marker({ transactionResult: true, producerEpoch: 9 }));
    await look('a commit of a later epoch');
    await ask('an older epoch', marker({ producerEpoch: 8 }));
    await ask('an unknown producer', marker({ producerId: 987_654_321, producerEpoch: 3 }));
    await ask('an unknown topic', marker({ topics: [{ name: NOWHERE.name, partitionIndexes: [0] }] }));
    await ask('an unknown partition', marker({ topics: [{ name: topic.name, partitionIndexes: [1, 9, -1] }] }));
    await ask('two', marker({ producerEpoch: 10 }), marker({ producerId: 987_654_322, producerEpoch: 0 }));
    await ask("the groups' topic", marker({ topics: [{ name: '__consumer_offsets', partitionIndexes: [0] }] }));
    if (version >= 2) {
      await ask('by the newer rules', marker({ producerEpoch: 12, transactionVersion: 2 }));
      await ask('by the newer rules, the same epoch', marker({ producerEpoch: 12, transactionVersion: 2 }));
      await ask('by the newer rules, the epoch before', marker({ producerEpoch: 11, transactionVersion: 2 }));
      await ask('by the newer rules, the next epoch', marker({ producerEpoch: 13, transactionVersion: 2 }));
      await ask('by rules that do not exist', marker({ producerEpoch: 14, transactionVersion: 5 }));
    }
    await look('at last');
  },
};

type OffsetsInput = RequestInput<typeof txnOffsetCommitApi>;

function committing(
  producer: TransactionalProducer,
  groupId: string,
  name: string,
  committedOffset: number,
  changes: Partial<OffsetsInput> = {},
): OffsetsInput {
  const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: 'm' }];
  return { ...producer, groupId, topics: [{ name, partitions }], ...changes };
}

async function offsetsOf(session: Session, label: string, groupId: string, requireStable: boolean): Promise<void> {
  await session.ask(`offsets: ${label}`, offsetFetchApi, 9, { groups: [{ groupId, topics: null }], requireStable });
}

const transactionalOffsets: Scenario = {
  name: 'offsets in transactions',
  api: txnOffsetCommitApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    let producer = await transactionalProducer(session, 'copying');
    const groupId = session.named('group');
    const ask = (label: string, offset: number, changes: Partial<OffsetsInput> = {}) =>
      session.ask(label, txnOffsetCommitApi, version, committing(producer, groupId, topic.name, offset, changes));
    const join = async () => {
      const { errorCode } = await session.prepare(addOffsetsToTxnApi, 3, { ...producer, groupId });
      if (errorCode !== 0) throw new Error(`the group was not added: error ${errorCode}`);
    };
    await soleMember(session, 'warm-up');
    if (version < IMPLICIT_OFFSETS) await ask('before the group is added', 1);
    await join();
    await ask('offset 2', 2);
    for (const requireStable of [false, true])
      await offsetsOf(session, `running (${requireStable})`, groupId, requireStable);
    await session.ask('deletion of the group', deleteGroupsApi, 2, { groupsNames: [groupId] });
    await ask('offset 3', 3);
    await end(session, producer, true);
    for (const requireStable of [false, true])
      await offsetsOf(session, `committed (${requireStable})`, groupId, requireStable);
    await join();
    await ask('offset 4', 4);
    await end(session, producer, false);
    for (const requireStable of [false, true])
      await offsetsOf(session, `aborted (${requireStable})`, groupId, requireStable);
    await join();
    await ask('offset 5', 5);
    await session.prepare(offsetCommitApi, 8, {
      groupId,
      memberId: '',
      topics: [
        { name: topic.name, partitions: [{ partitionIndex: 0, committedOffset: 6, committedMetadata: 'plain' }] },
      ],
    });
    await offsetsOf(session, 'overtaken', groupId, false);
    await end(session, producer, true);
    await offsetsOf(session, 'overtaken and committed', groupId, false);
    await join();
    await ask('offset 7', 7);
    await session.ask('deletion of the offset', offsetDeleteApi, 0, {
      groupId,
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }],
    });
    await offsetsOf(session, 'deleted', groupId, false);
    await offsetsOf(session, 'deleted (stable)', groupId, true);
    producer = await transactionalProducer(session, 'copying');
    await offsetsOf(session, 'interrupted', groupId, true);
  },
};

const offsetRefusals: Scenario = {
  name: 'refused offsets in transactions',
  api: txnOffsetCommitApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    const producer = await transactionalProducer(session, 'copying');
    const groupId = session.named('group');
    const ask = (label: string, changes: Partial<OffsetsInput> = {}) =>
      session.ask(label, txnOffsetCommitApi, version, committing(producer, groupId, topic.name, 5, changes));
    const member = await soleMember(session, 'member');
    for (const id of [groupId, member.groupId])
      await session.prepare(addOffsetsToTxnApi, 3, { ...producer, groupId: id });
    await ask('the epoch before', { producerEpoch: producer.producerEpoch - 1 });
    await ask('an epoch to come', { producerEpoch: 6 });
    await ask('another producer', { producerId: 987_654_321 });
    await ask('an unknown id', { transactionalId: session.named('unknown') });
    await ask('an empty id', { transactionalId: '' });
    await ask('no topics', { topics: [] });
    await ask('an unknown topic', committing(producer, groupId, NOWHERE.name, 5));
    await ask('an invalid topic', committing(producer, groupId, 'not/a/topic', 5));
    for (const partitionIndex of [9, -1])
      await ask(`partition ${partitionIndex}`, {
        topics: [{ name: topic.name, partitions: [{ partitionIndex, committedOffset: 5, committedMetadata: '' }] }],
      });
    await ask('much metadata', {
      topics: [
        {
          name: topic.name,
          partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'x'.repeat(4097) }],
        },
      ],
    });
    await ask('null metadata', {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: null }] }],
    });
    await ask('a negative offset', {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, committedOffset: -1, committedMetadata: '' }] }],
    });
    if (version < 3) return;
    await ask('a generation of a group without members', { generationId: 3, memberId: 'nobody' });
    await ask('a member of a group without members', { memberId: 'nobody' });
    const ids = { groupId: member.groupId, memberId: member.memberId, generationId: member.generationId };
    await ask('a member', ids);
    await ask('an older generation', { ...ids, generationId: 0 });
    await ask('a later generation', { ...ids, generationId: 2 });
    await ask('an unknown member', { ...ids, memberId: 'nobody' });
    await ask('an instance that it is not', { ...ids, groupInstanceId: 'a' });
    await ask('nobody to a group with members', { groupId: member.groupId });
    await end(session, producer, true);
    await offsetsOf(session, 'a member', member.groupId, true);
  },
};

const plainProducers: Scenario = {
  name: 'an idempotent producer beside transactions',
  api: listOffsetsApi,
  run: async (session, version) => {
    const topic = await session.topic('log');
    const names = await producerId(session);
    const producer = await transactionalProducer(session, 'writing');
    await add(session, producer, topic.name);
    await write(session, producer, topic, ['open']);
    await session.prepare(produceApi, 11, produceTo(topic, batchOf(['plain'], { ...names, baseSequence: 0 })));
    const ask = (label: string, isolationLevel: number) =>
      session.ask(label, listOffsetsApi, version, {
        replicaId: -1,
        isolationLevel,
        topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
      });
    await ask('committed', COMMITTED);
    await ask('uncommitted', 0);
    await end(session, producer, true);
    await ask('committed afterwards', COMMITTED);
  },
};

export const transactionalRecordScenarios: readonly Scenario[] = [
  writes,
  newerWrites,
  committedReads,
  committedPositions,
  markers,
  transactionalOffsets,
  offsetRefusals,
  plainProducers,
];
