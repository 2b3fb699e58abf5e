/** DescribeConfigs, AlterConfigs, IncrementalAlterConfigs. */
import { alterConfigsApi, describeConfigsApi, incrementalAlterConfigsApi } from '../../protocol/index.ts';
import type { Scenario, Session } from '../session.ts';
import { NOWHERE } from './produce.ts';
import { TOPIC_CONFIGS } from './topics.ts';

const TOPIC = 2;
const BROKER = 4;
const BROKER_LOGGER = 8;
const CLIENT_METRICS = 16;
const GROUP = 32;

const OPERATION = { set: 0, delete: 1, append: 2, subtract: 3 };

const description: Scenario = {
  name: 'description',
  api: describeConfigsApi,
  run: async (session, version) => {
    const topic = await session.topic('log', {
      config: { 'retention.ms': '5000', 'cleanup.policy': 'compact,delete' },
    });
    const ask = (
      label: string,
      resourceType: number,
      resourceName: string,
      configurationKeys: string[] | null,
      more: object = {},
    ) =>
      session.ask(label, describeConfigsApi, version, {
        resources: [{ resourceType, resourceName, configurationKeys }],
        ...more,
      });
    await ask('all of a topic', TOPIC, topic.name, null);
    await ask('all of a topic with synonyms', TOPIC, topic.name, null, { includeSynonyms: true });
    await ask('one of a topic with its words', TOPIC, topic.name, ['retention.ms'], { includeDocumentation: true });
    await ask('two of a topic', TOPIC, topic.name, ['cleanup.policy', 'max.message.bytes'], { includeSynonyms: true });
    await ask('an unknown one of a topic', TOPIC, topic.name, ['no.such']);
    await ask('none of a topic', TOPIC, topic.name, []);
    await ask('an unknown topic', TOPIC, NOWHERE.name, null);
    await ask('an invalid topic', TOPIC, 'not/a/topic', null);
    await ask('a topic without a name', TOPIC, '', null);
    await ask(
      'some of the broker',
      BROKER,
      '1',
      ['num.partitions', 'log.retention.ms', 'message.max.bytes', 'log.cleanup.policy', 'node.id'],
      { includeSynonyms: true },
    );
    await ask('all of the broker', BROKER, '1', null, { includeSynonyms: true });
    await ask('the default of the brokers', BROKER, '', null);
    await ask('another broker', BROKER, '9', null);
    await ask('a broker that is no number', BROKER, 'one', null);
    await ask('a broker logger', BROKER_LOGGER, '1', ['no.such.logger']);
    await ask('client metrics', CLIENT_METRICS, session.named('metrics'), null);
    await ask('a group', GROUP, session.named('group'), ['consumer.session.timeout.ms'], { includeSynonyms: true });
    await ask('an unknown kind', 77, 'x', null);
    await ask('kind 0', 0, 'x', null);
    await session.ask('nothing', describeConfigsApi, version, { resources: [] });
    const twice = [0, 1].map(() => ({
      resourceType: TOPIC,
      resourceName: topic.name,
      configurationKeys: ['retention.ms'],
    }));
    await session.ask('a topic twice', describeConfigsApi, version, { resources: twice });
  },
};

async function described(session: Session, label: string, name: string): Promise<void> {
  await session.caughtUp();
  const resources = [{ resourceType: TOPIC, resourceName: name, configurationKeys: null }];
  await session.ask(`afterwards: ${label}`, describeConfigsApi, 4, { resources, includeSynonyms: true });
}

const replacement: Scenario = {
  name: 'replacement',
  api: alterConfigsApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { config: { 'retention.ms': '5000', 'segment.bytes': '2000000' } });
    const ask = (
      label: string,
      resourceType: number,
      resourceName: string,
      given: readonly (readonly [string, string | null])[],
      validateOnly = false,
    ) =>
      session.ask(label, alterConfigsApi, version, {
        resources: [{ resourceType, resourceName, configs: given.map(([name, value]) => ({ name, value })) }],
        validateOnly,
      });
    await ask('only validated', TOPIC, topic.name, [['retention.ms', '6000']], true);
    await described(session, 'only validated', topic.name);
    await ask('one', TOPIC, topic.name, [['retention.ms', '7000']]);
    await described(session, 'one', topic.name);
    await ask('a bad one', TOPIC, topic.name, [['retention.ms', '-7']]);
    await ask('an unknown one', TOPIC, topic.name, [['no.such', '1']]);
    await ask('null', TOPIC, topic.name, [['retention.ms', null]]);
    await ask('one twice', TOPIC, topic.name, [
      ['retention.ms', '8'],
      ['retention.ms', '9'],
    ]);
    await ask('none', TOPIC, topic.name, []);
    await described(session, 'none', topic.name);
    await ask('an unknown topic', TOPIC, NOWHERE.name, [['retention.ms', '1']]);
    await ask('an invalid topic', TOPIC, 'not/a/topic', [['retention.ms', '1']]);
    await ask('a topic without a name', TOPIC, '', [['retention.ms', '1']]);
    await ask('another broker', BROKER, '9', [['log.retention.ms', '1']], true);
    await ask('a broker that is no number', BROKER, 'one', [['log.retention.ms', '1']], true);
    await ask('an unknown kind', 77, 'x', []);
    // A resource twice is left out: Apache Kafka never answers it.
    await session.ask('nothing', alterConfigsApi, version, { resources: [], validateOnly: false });
  },
};

type Change = readonly [name: string, operation: number, value: string | null];

const change: Scenario = {
  name: 'change',
  api: incrementalAlterConfigsApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { config: { 'retention.ms': '5000' } });
    const ask = (
      label: string,
      resourceType: number,
      resourceName: string,
      changes: readonly Change[],
      validateOnly = false,
    ) =>
      session.ask(label, incrementalAlterConfigsApi, version, {
        resources: [
          {
            resourceType,
            resourceName,
            configs: changes.map(([name, configOperation, value]) => ({ name, configOperation, value })),
          },
        ],
        validateOnly,
      });
    const own = (label: string, ...changes: Change[]) => ask(label, TOPIC, topic.name, changes);
    for (const [name, value] of TOPIC_CONFIGS) await own(`${name}=${value}`, [name, OPERATION.set, value]);
    await described(session, 'all set', topic.name);
    await own('deleted', ['retention.ms', OPERATION.delete, null]);
    await own('deleted again', ['retention.ms', OPERATION.delete, null]);
    await own('an unknown one deleted', ['no.such', OPERATION.delete, null]);
    await own('appended', ['cleanup.policy', OPERATION.append, 'delete']);
    await own('appended again', ['cleanup.policy', OPERATION.append, 'delete']);
    await own('subtracted', ['cleanup.policy', OPERATION.subtract, 'compact']);
    await own('subtracted what is not there', ['cleanup.policy', OPERATION.subtract, 'compact']);
    await own('appended to no list', ['retention.ms', OPERATION.append, '5']);
    await own('an unknown operation', ['retention.ms', 9, '5']);
    await own('one twice', ['retention.ms', OPERATION.set, '5'], ['retention.ms', OPERATION.delete, null]);
    await own('good and bad', ['retention.ms', OPERATION.set, '55'], ['segment.bytes', OPERATION.set, 'x']);
    await own('nothing');
    await described(session, 'in the end', topic.name);
    await ask('only validated', TOPIC, topic.name, [['retention.ms', OPERATION.set, '6']], true);
    await ask('only validated and bad', TOPIC, topic.name, [['retention.ms', OPERATION.set, '-6']], true);
    await ask('an unknown topic', TOPIC, NOWHERE.name, [['retention.ms', OPERATION.set, '6']]);
    await ask('an invalid topic', TOPIC, 'not/a/topic', [['retention.ms', OPERATION.set, '6']]);
    await ask('another broker', BROKER, '9', [['log.retention.ms', OPERATION.set, '6000']], true);
    await ask('an unknown one of the broker', BROKER, '1', [['no.such', OPERATION.set, '6']], true);
    await ask('a read-only one of the broker', BROKER, '1', [['num.network.threads', OPERATION.set, 'x']], true);
    await ask('an unknown kind', 77, 'x', [['retention.ms', OPERATION.set, '6']]);
    const twice = [0, 1].map(() => ({ resourceType: TOPIC, resourceName: topic.name, configs: [] }));
    await session.ask('a topic twice', incrementalAlterConfigsApi, version, { resources: twice, validateOnly: false });
  },
};

const groupChange: Scenario = {
  name: 'settings of a group',
  api: incrementalAlterConfigsApi,
  run: async (session, version) => {
    const group = session.named('group');
    const ask = (label: string, changes: readonly Change[], resourceName = group) =>
      session.ask(label, incrementalAlterConfigsApi, version, {
        resources: [
          {
            resourceType: GROUP,
            resourceName,
            configs: changes.map(([name, configOperation, value]) => ({ name, configOperation, value })),
          },
        ],
        validateOnly: false,
      });
    const set = (name: string, value: string) => ask(`${name}=${value}`, [[name, OPERATION.set, value]]);
    const described = (label: string) =>
      session.ask(label, describeConfigsApi, 4, {
        resources: [
          {
            resourceType: GROUP,
            resourceName: group,
            configurationKeys: ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms'],
          },
        ],
        includeSynonyms: true,
      });
    await described('nothing set');
    await set('consumer.session.timeout.ms', '50000');
    await set('consumer.session.timeout.ms', '1');
    await set('consumer.session.timeout.ms', '900000');
    await set('consumer.session.timeout.ms', 'x');
    await set('consumer.heartbeat.interval.ms', '6000');
    await set('consumer.heartbeat.interval.ms', '60000');
    await set('no.such', '1');
    await ask('appended', [['consumer.session.timeout.ms', OPERATION.append, '5']]);
    await ask('no group', [['consumer.session.timeout.ms', OPERATION.set, '50000']], '');
    await session.caughtUp();
    await described('two set');
    await ask('deleted', [['consumer.session.timeout.ms', OPERATION.delete, null]]);
    await session.caughtUp();
    await described('one set');
  },
};

export const configScenarios: readonly Scenario[] = [description, replacement, change, groupChange];
