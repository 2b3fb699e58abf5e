/** What operators see of transactions: DescribeProducers, DescribeTransactions, ListTransactions. */
import {
  describeProducersApi,
  describeTransactionsApi,
  initProducerIdApi,
  listTransactionsApi,
  produceApi,
  type RequestInput,
} from '../../protocol/index.ts';
import { batchOf } from '../batches.ts';
import type { Scenario } from '../session.ts';
import { NOWHERE, produceTo } from './produce.ts';
import { add, end, transactionalProducer, write } from './transactional.ts';

const producers: Scenario = {
  name: 'producers',
  api: describeProducersApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    const producer = await transactionalProducer(session, 'writing');
    const ask = (label: string, name: string, ...partitionIndexes: number[]) =>
      session.ask(label, describeProducersApi, version, { topics: [{ name, partitionIndexes }] });
    await ask('none', topic.name, 0, 1);
    await add(session, producer, topic.name);
    await ask('added', topic.name, 0);
    await write(session, producer, topic, ['a', 'b']);
    await ask('running', topic.name, 0);
    await write(session, producer, topic, ['c'], 2);
    await ask('going on', topic.name, 0);
    await end(session, producer, true);
    await ask('committed', topic.name, 0);
    await add(session, producer, topic.name);
    await end(session, producer, false);
    await ask('aborted without records', topic.name, 0);
    const names = await session.prepare(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 60_000 });
    const { producerId, producerEpoch } = names;
    await session.prepare(
      produceApi,
      11,
      produceTo(topic, batchOf(['d'], { producerId, producerEpoch, baseSequence: 0 }), { partition: 1 }),
    );
    await ask('an idempotent one', topic.name, 1);
    await ask('an unknown partition', topic.name, 2);
    await ask('a negative partition', topic.name, -1);
    await ask('an unknown topic', NOWHERE.name, 0);
    await ask('an invalid topic', 'not/a/topic', 0);
    await ask('no partitions', topic.name);
    await ask('a partition twice', topic.name, 0, 0);
    await session.ask('no topics', describeProducersApi, version, { topics: [] });
  },
};

const descriptions: Scenario = {
  name: 'descriptions',
  api: describeTransactionsApi,
  run: async (session, version) => {
    const { name } = await session.topic('log', { partitions: 3 });
    const other = await session.topic('other');
    const producer = await transactionalProducer(session, 'described');
    const ask = (label: string, ...transactionalIds: string[]) =>
      session.ask(label, describeTransactionsApi, version, { transactionalIds });
    await ask('empty', producer.transactionalId);
    await add(session, producer, name, 1);
    await ask('running', producer.transactionalId);
    await add(session, producer, name, 0);
    await add(session, producer, other.name);
    await ask('with more partitions', producer.transactionalId);
    await end(session, producer, true);
    await ask('committed', producer.transactionalId);
    await add(session, producer, name, 2);
    await end(session, producer, false);
    await ask('aborted', producer.transactionalId);
    await ask('an unknown id', session.named('unknown'));
    await ask('an empty id', '');
    await ask('no ids');
    await ask('an id twice', producer.transactionalId, producer.transactionalId);
    await ask('known and unknown ids', producer.transactionalId, session.named('unknown'), '');
  },
};

type ListInput = RequestInput<typeof listTransactionsApi>;

const lists: Scenario = {
  name: 'lists',
  api: listTransactionsApi,
  run: async (session, version) => {
    const { name } = await session.topic('log', { partitions: 3 });
    const empty = await transactionalProducer(session, 'empty');
    const running = await transactionalProducer(session, 'running');
    const committed = await transactionalProducer(session, 'committed');
    const aborted = await transactionalProducer(session, 'aborted');
    for (const producer of [running, committed, aborted]) await add(session, producer, name);
    await end(session, committed, true);
    await end(session, aborted, false);
    const ask = (label: string, filters: Partial<ListInput> = {}) =>
      session.ask(label, listTransactionsApi, version, { stateFilters: [], producerIdFilters: [], ...filters });
    await ask('all');
    for (const state of [
      'Empty',
      'Ongoing',
      'PrepareCommit',
      'PrepareAbort',
      'CompleteCommit',
      'CompleteAbort',
      'Dead',
      'PrepareEpochFence',
    ])
      await ask(`state ${state}`, { stateFilters: [state] });
    await ask('two states', { stateFilters: ['Empty', 'Ongoing'] });
    await ask('an unknown state', { stateFilters: ['Sleeping'] });
    await ask('a state in small letters', { stateFilters: ['ongoing'] });
    await ask('known and unknown states', { stateFilters: ['Ongoing', 'Sleeping', 'Walking'] });
    await ask('an empty state', { stateFilters: [''] });
    await ask('a producer', { producerIdFilters: [empty.producerId] });
    await ask('two producers', { producerIdFilters: [running.producerId, committed.producerId] });
    await ask('an unknown producer', { producerIdFilters: [987_654_321] });
    await ask('a negative producer', { producerIdFilters: [-1] });
    await ask('a producer in another state', { producerIdFilters: [empty.producerId], stateFilters: ['Ongoing'] });
    await ask('a producer in its state', { producerIdFilters: [running.producerId], stateFilters: ['Ongoing'] });
    if (version < 1) return;
    for (const durationFilter of [-2, -1, 0, 3_600_000]) await ask(`duration ${durationFilter}`, { durationFilter });
    await ask('duration and state', { durationFilter: 3_600_000, stateFilters: ['Empty'] });
    if (version < 2) return;
    await ask('no pattern', { transactionalIdPattern: null });
    await ask('an empty pattern', { transactionalIdPattern: '' });
    await ask('a whole id', { transactionalIdPattern: running.transactionalId });
    await ask('a part of an id', { transactionalIdPattern: 'running' });
    await ask('ends of ids', { transactionalIdPattern: '.*(running|ted)' });
    await ask('a pattern and a state', { transactionalIdPattern: '.*ted', stateFilters: ['CompleteAbort'] });
    await ask('no match', { transactionalIdPattern: 'nothing.*' });
    await ask('a possessive quantifier', { transactionalIdPattern: '.*+' });
    for (const pattern of ['(', '*', '[a', 'a{2', '\\', '(?i).*RUNNING', '\\Q(\\E.*', '.*\\p{Lower}g', '.*(?<x>g)'])
      await ask(`pattern ${pattern}`, { transactionalIdPattern: pattern });
  },
};

export const transactionViewScenarios: readonly Scenario[] = [producers, descriptions, lists];
