/** The coordinator of transactions: InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn. */
import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  endTxnApi,
  initProducerIdApi,
  type RequestInput,
} from '../../protocol/index.ts';
import type { Scenario, Session } from '../session.ts';
import {
  add,
  adding,
  describeState,
  end,
  ended,
  transactionalProducer,
  write,
  type TransactionalProducer,
} from './transactional.ts';
import { transactionalRecordScenarios } from './transactional-records.ts';
import { transactionViewScenarios } from './transaction-views.ts';

type InitInput = RequestInput<typeof initProducerIdApi>;

const NAMING_VERSION = 3;
const BATCHED_VERSION = 4;
const NEWER_END_VERSION = 5;

const initialization: Scenario = {
  name: 'transactional ids',
  api: initProducerIdApi,
  run: async (session, version) => {
    await transactionalProducer(session, 'warm-up');
    const ask = (label: string, transactionalId: string | null, more: Partial<InitInput> = {}) =>
      session.ask(label, initProducerIdApi, version, { transactionalId, transactionTimeoutMs: 60_000, ...more });
    const id = session.named('first');
    await ask('a new id', id);
    await ask('the id again', id);
    await ask('once more', id);
    for (const transactionTimeoutMs of [-1, 0, 1, 900_000, 900_001, 2 ** 31 - 1])
      await ask(`a time-out of ${transactionTimeoutMs} ms`, session.named('timeout'), { transactionTimeoutMs });
    await describeState(session, 'after time-outs', session.named('timeout'));
    await ask('an empty id', '');
    await ask('no id', null);
    await ask('no id and no time-out', null, { transactionTimeoutMs: 0 });
    await ask('a strange id', `${session.prefix} ü/\n`);
    await describeState(session, 'initialized', id);
    if (version < NAMING_VERSION) return;
    await ask('an epoch without a producer', id, { producerEpoch: 1 });
    await ask('a producer without an epoch', id, { producerId: 1 });
    await ask('a producer for an idempotent one', null, { producerId: 12, producerEpoch: 0 });
    await ask('a new id with a producer', session.named('named'), { producerId: 987_654_321, producerEpoch: 7 });
    const { producerId, producerEpoch } = await transactionalProducer(session, 'going-on');
    const own = session.named('going-on');
    await ask('its own epoch', own, { producerId, producerEpoch });
    await ask('its own epoch again', own, { producerId, producerEpoch });
    await ask('the epoch that it was given', own, { producerId, producerEpoch: producerEpoch + 1 });
    await ask('an older epoch', own, { producerId, producerEpoch });
    await ask('an epoch to come', own, { producerId, producerEpoch: 9 });
    await ask('the last of all epochs', own, { producerId, producerEpoch: 32_767 });
    await ask('another producer', own, { producerId: producerId + 1_000_000, producerEpoch: 2 });
    await ask('another producer at its last epoch', own, { producerId: producerId + 1_000_000, producerEpoch: 32_766 });
    await ask('negative names', own, { producerId: -2, producerEpoch: -2 });
    await describeState(session, 'gone on', own);
  },
};

const fencing: Scenario = {
  name: 'fencing',
  api: initProducerIdApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    const ask = (label: string, transactionalId: string, more: Partial<InitInput> = {}) =>
      session.ask(label, initProducerIdApi, version, { transactionalId, transactionTimeoutMs: 30_000, ...more });
    const zombie = await transactionalProducer(session, 'fenced');
    const id = zombie.transactionalId;
    await add(session, zombie, topic.name);
    await write(session, zombie, topic, ['a']);
    await describeState(session, 'running', id);
    await ask('while a transaction runs', id);
    await ended(session, id);
    await describeState(session, 'interrupted', id);
    await session.ask(
      'the zombie adds',
      addPartitionsToTxnApi,
      3,
      adding(zombie, [{ name: topic.name, partitions: [1] }]),
    );
    for (const endVersion of [4, 5])
      for (const committed of [true, false])
        await session.ask(`the zombie ends (commit ${committed})`, endTxnApi, endVersion, { ...zombie, committed });
    await ask('when it was aborted', id);
    await describeState(session, 'initialized again', id);
    for (const committed of [true, false]) {
      const producer = await transactionalProducer(session, `ended-${committed}`);
      await add(session, producer, topic.name);
      await end(session, producer, committed);
      await ask(`after a transaction (commit ${committed})`, producer.transactionalId);
      await describeState(session, `after a transaction (commit ${committed})`, producer.transactionalId);
    }
    if (version < NAMING_VERSION) return;
    for (const named of ['the epoch before', 'the epoch now'])
      for (const committed of [true, false]) {
        const label = `${named} after an end by the newer rules (commit ${committed})`;
        const producer = await transactionalProducer(session, `newer-${label.replaceAll(/[^a-z]/g, '')}`);
        const { transactionalId, producerId, producerEpoch } = producer;
        await add(session, producer, topic.name);
        await session.prepare(endTxnApi, 5, { ...producer, committed });
        await ended(session, transactionalId);
        const epoch = named === 'the epoch now' ? producerEpoch + 1 : producerEpoch;
        for (const time of ['once', 'twice'])
          await ask(`${label}, ${time}`, transactionalId, { producerId, producerEpoch: epoch });
        await describeState(session, label, transactionalId);
      }
    for (const [label, change] of [
      ['its own epoch', {}],
      ['a wrong epoch', { producerEpoch: 5 }],
      ['another producer', { producerId: 987_654_321 }],
    ] as const) {
      const producer = await transactionalProducer(session, label.replaceAll(' ', '-'));
      await add(session, producer, topic.name);
      const { transactionalId, producerId, producerEpoch } = { ...producer, ...change };
      await ask(`${label} while a transaction runs`, transactionalId, { producerId, producerEpoch });
      await ended(session, transactionalId);
      await describeState(session, label, transactionalId);
      await ask(`${label} afterwards`, transactionalId, { producerId, producerEpoch });
    }
  },
};

type TopicsInput = Parameters<typeof adding>[1];

/** Adds partitions in either form of the request. */
function addOrBatch(
  session: Session,
  version: number,
  label: string,
  producer: TransactionalProducer,
  topics: TopicsInput,
) {
  const body =
    version < BATCHED_VERSION
      ? adding(producer, topics)
      : { transactions: [{ ...producer, verifyOnly: false, topics: [...topics] }] };
  return session.ask(label, addPartitionsToTxnApi, version, body);
}

const additions: Scenario = {
  name: 'additions',
  api: addPartitionsToTxnApi,
  run: async (session, version) => {
    const { name } = await session.topic('log', { partitions: 4 });
    const other = await session.topic('other');
    const producer = await transactionalProducer(session, 'adding');
    const ask = (label: string, topics: TopicsInput, changes: Partial<TransactionalProducer> = {}) =>
      addOrBatch(session, version, label, { ...producer, ...changes }, topics);
    const state = (label: string) => describeState(session, label, producer.transactionalId);
    await ask('no topics', []);
    await state('no topics');
    await ask('a topic without partitions', [{ name, partitions: [] }]);
    await state('a topic without partitions');
    await ask('one partition', [{ name, partitions: [0] }]);
    await state('one partition');
    await ask('the partition again', [{ name, partitions: [0] }]);
    await ask('a topic without partitions, later', [{ name, partitions: [] }]);
    await ask('another partition', [{ name, partitions: [2] }]);
    await ask('two topics', [
      { name, partitions: [0] },
      { name: other.name, partitions: [0] },
    ]);
    await state('two topics');
    await ask('an unknown partition', [{ name, partitions: [9] }]);
    await ask('a negative partition', [{ name, partitions: [-1] }]);
    await ask('known and unknown partitions', [{ name, partitions: [3, 7] }]);
    await ask('an unknown topic', [{ name: 'nowhere', partitions: [0] }]);
    await ask('an invalid topic', [{ name: 'not/a/topic', partitions: [0] }]);
    await ask('known and unknown topics', [
      { name, partitions: [3] },
      { name: 'nowhere', partitions: [0] },
    ]);
    await state('after refusals');
    await ask('an epoch before', [{ name, partitions: [0] }], { producerEpoch: producer.producerEpoch - 1 });
    await ask('an epoch to come', [{ name, partitions: [0] }], { producerEpoch: 5 });
    await ask('another producer', [{ name, partitions: [0] }], { producerId: 987_654_321 });
    await ask('a negative producer', [{ name, partitions: [0] }], { producerId: -1, producerEpoch: -1 });
    await ask('an unknown id', [{ name, partitions: [0] }], { transactionalId: session.named('unknown') });
    await ask('an empty id', [{ name, partitions: [0] }], { transactionalId: '' });
    await ask('an unknown partition of an unknown id', [{ name, partitions: [9] }], {
      transactionalId: session.named('unknown'),
    });
    await end(session, producer, true);
    await state('committed');
    await ask('after the commit', [{ name, partitions: [1] }]);
    await end(session, producer, false);
    await ask('after the abort', [{ name, partitions: [1] }]);
    await state('the next transaction');
  },
};

const batchedAdditions: Scenario = {
  name: 'several transactions',
  api: addPartitionsToTxnApi,
  run: async (session, version) => {
    if (version < BATCHED_VERSION) return;
    const { name } = await session.topic('log', { partitions: 4 });
    const [one, two] = [await transactionalProducer(session, 'one'), await transactionalProducer(session, 'two')];
    const part = (producer: TransactionalProducer, partitions: number[], verifyOnly = false, topic = name) => ({
      ...producer,
      verifyOnly,
      topics: [{ name: topic, partitions }],
    });
    const ask = (label: string, transactions: ReturnType<typeof part>[]) =>
      session.ask(label, addPartitionsToTxnApi, version, { transactions });
    // A request without transactions is left out: Apache Kafka never answers it.
    await ask('look at a transaction that does not run', [part(one, [0], true)]);
    await ask('two', [part(one, [0]), part(two, [1])]);
    await ask('look at two', [part(one, [0], true), part(two, [1], true)]);
    await ask('look at partitions that are not in it', [part(one, [0, 2, 1], true)]);
    await ask('look at an unknown partition', [part(one, [9], true)]);
    await ask('look at an unknown topic', [part(one, [0], true, 'nowhere')]);
    await ask('look with the epoch before', [part({ ...one, producerEpoch: one.producerEpoch - 1 }, [0], true)]);
    await ask('look with an epoch to come', [part({ ...one, producerEpoch: 7 }, [0], true)]);
    await ask('look as another producer', [part({ ...one, producerId: 987_654_321 }, [0], true)]);
    await ask('look at an unknown id', [part({ ...one, transactionalId: session.named('unknown') }, [0], true)]);
    await ask('look at an empty id', [part({ ...one, transactionalId: '' }, [0], true)]);
    await ask('one good and one bad', [part(one, [1]), part({ ...two, producerEpoch: 9 }, [0])]);
    await ask('one to add and one to look at', [part(one, [3]), part(two, [1], true)]);
    await describeState(session, 'one', one.transactionalId);
    await describeState(session, 'two', two.transactionalId);
    await end(session, one, true);
    await ask('look after the end', [part(one, [0], true)]);
  },
};

const offsetAdditions: Scenario = {
  name: 'offsets',
  api: addOffsetsToTxnApi,
  run: async (session, version) => {
    const producer = await transactionalProducer(session, 'adding');
    const groupId = session.named('group');
    const ask = (label: string, changes: Partial<TransactionalProducer & { groupId: string }> = {}) =>
      session.ask(label, addOffsetsToTxnApi, version, { ...producer, groupId, ...changes });
    await ask('a group');
    await describeState(session, 'a group', producer.transactionalId);
    await ask('the group again');
    await ask('an empty group', { groupId: '' });
    await ask('the epoch before', { producerEpoch: producer.producerEpoch - 1 });
    await ask('an epoch to come', { producerEpoch: 4 });
    await ask('another producer', { producerId: 987_654_321 });
    await ask('an unknown id', { transactionalId: session.named('unknown') });
    await ask('an empty id', { transactionalId: '' });
    await end(session, producer, true);
    await describeState(session, 'committed', producer.transactionalId);
  },
};

const ends: Scenario = {
  name: 'ends',
  api: endTxnApi,
  run: async (session, version) => {
    const { name } = await session.topic('log', { partitions: 2 });
    let producer = await transactionalProducer(session, 'ending');
    const id = producer.transactionalId;
    const ask = (label: string, committed: boolean, changes: Partial<TransactionalProducer> = {}) =>
      session.ask(label, endTxnApi, version, { ...producer, committed, ...changes });
    /** The newer rules give the producer its next epoch with the answer. */
    const finish = async (label: string, committed: boolean, changes: Partial<TransactionalProducer> = {}) => {
      const answer = await ask(label, committed, changes);
      await ended(session, id);
      await describeState(session, label, id);
      const before = producer;
      if (version >= NEWER_END_VERSION && answer?.errorCode === 0)
        producer = { ...producer, producerId: answer.producerId, producerEpoch: answer.producerEpoch };
      return before;
    };
    await finish('commit of nothing', true);
    await finish('abort of nothing', false);
    for (const committed of [true, false]) {
      const words = committed ? 'commit' : 'abort';
      await add(session, producer, name);
      await ask(`${words} with the epoch before`, committed, { producerEpoch: producer.producerEpoch - 1 });
      await ask(`${words} with an epoch to come`, committed, { producerEpoch: producer.producerEpoch + 1 });
      await ask(`${words} with a late epoch`, committed, { producerEpoch: 77 });
      await ask(`${words} as another producer`, committed, { producerId: 987_654_321 });
      const before = await finish(words, committed);
      await finish(`${words} again`, committed, before);
      await finish(`the opposite of ${words} again`, !committed, before);
      await finish(`${words} of nothing more`, committed);
      await finish(`the opposite of ${words} of nothing more`, !committed);
    }
    await ask('an unknown id', true, { transactionalId: session.named('unknown') });
    await ask('an empty id', true, { transactionalId: '' });
    await ask('an abort of an empty id', false, { transactionalId: '' });
  },
};

const mixedEnds: Scenario = {
  name: 'ends after an end by other rules',
  api: endTxnApi,
  run: async (session, version) => {
    const { name } = await session.topic('log', { partitions: 2 });
    let producer = await transactionalProducer(session, 'mixed');
    for (const before of [4, 5, 4, 5, 5]) {
      await add(session, producer, name);
      const first = await session.ask(`v${before}`, endTxnApi, before, { ...producer, committed: true });
      await ended(session, producer.transactionalId);
      if (before >= NEWER_END_VERSION) producer = { ...producer, producerEpoch: first?.producerEpoch ?? 0 };
      await add(session, producer, name);
      const answer = await session.ask('afterwards', endTxnApi, version, { ...producer, committed: false });
      await ended(session, producer.transactionalId);
      if (version >= NEWER_END_VERSION) producer = { ...producer, producerEpoch: answer?.producerEpoch ?? 0 };
      await describeState(session, `after v${before}`, producer.transactionalId);
    }
  },
};

/**
 * Apache Kafka asks the coordinator about the partitions of several producers in one request, and answers all of them as the version
 * of the first wants it: producers of two versions at a time would be answered by chance.
 */
const sharing = 'verification';

export const transactionScenarios: readonly Scenario[] = [
  initialization,
  fencing,
  additions,
  batchedAdditions,
  offsetAdditions,
  ends,
  mixedEnds,
  ...transactionalRecordScenarios,
  ...transactionViewScenarios,
].map((scenario) => ({ ...scenario, sharing }));
