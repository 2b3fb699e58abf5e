/**
 * What tools of administrators ask: access control, elections, reassignments, quotas, SCRAM credentials, the quorum, resources
 * with settings of their own.
 */
import {
  alterPartitionReassignmentsApi,
  createAclsApi,
  deleteAclsApi,
  describeAclsApi,
  describeClientQuotasApi,
  describeQuorumApi,
  describeUserScramCredentialsApi,
  electLeadersApi,
  listConfigResourcesApi,
  listPartitionReassignmentsApi,
} from '../../protocol/index.ts';
import type { Scenario } from '../session.ts';
import { NOWHERE } from './produce.ts';

const ANY = 1;
const TOPIC = 2;
const LITERAL = 3;
const READ = 3;
const ALLOW = 3;

const entry = { principal: 'User:somebody', host: '*', operation: READ, permissionType: ALLOW };

const accessDescription: Scenario = {
  name: 'access control entries',
  api: describeAclsApi,
  run: async (session, version) => {
    const everything = {
      resourceTypeFilter: ANY,
      resourceNameFilter: null,
      patternTypeFilter: ANY,
      principalFilter: null,
      hostFilter: null,
      operation: ANY,
      permissionType: ANY,
    };
    await session.ask('everything', describeAclsApi, version, everything);
    await session.ask('of one topic', describeAclsApi, version, {
      ...everything,
      resourceTypeFilter: TOPIC,
      resourceNameFilter: session.named('topic'),
      patternTypeFilter: LITERAL,
    });
  },
};

const accessCreation: Scenario = {
  name: 'new access control entries',
  api: createAclsApi,
  run: async (session, version) => {
    const creation = {
      ...entry,
      resourceType: TOPIC,
      resourceName: session.named('topic'),
      resourcePatternType: LITERAL,
    };
    await session.ask('one', createAclsApi, version, { creations: [creation] });
    await session.ask('two', createAclsApi, version, { creations: [creation, { ...creation, host: '10.0.0.1' }] });
    await session.ask('none', createAclsApi, version, { creations: [] });
  },
};

const accessDeletion: Scenario = {
  name: 'removed access control entries',
  api: deleteAclsApi,
  run: async (session, version) => {
    const filter = {
      resourceTypeFilter: TOPIC,
      resourceNameFilter: session.named('topic'),
      patternTypeFilter: LITERAL,
      principalFilter: null,
      hostFilter: null,
      operation: ANY,
      permissionType: ANY,
    };
    await session.ask('one filter', deleteAclsApi, version, { filters: [filter] });
    await session.ask('two filters', deleteAclsApi, version, { filters: [filter, { ...filter, hostFilter: '*' }] });
    await session.ask('no filter', deleteAclsApi, version, { filters: [] });
  },
};

const elections: Scenario = {
  name: 'elections',
  api: electLeadersApi,
  run: async (session, version) => {
    const { name } = await session.topic('led', { partitions: 2 });
    const ask = (
      label: string,
      partitions: readonly (readonly [string, readonly number[]])[] | null,
      electionType = 0,
    ) =>
      session.ask(label, electLeadersApi, version, {
        electionType,
        topicPartitions: partitions?.map(([topic, indexes]) => ({ topic, partitions: indexes })) ?? null,
        timeoutMs: 30_000,
      });
    await ask('a preferred leader', [[name, [0]]]);
    await ask('two preferred leaders', [[name, [0, 1]]]);
    await ask('any leader', [[name, [0]]], 1);
    await ask('an unknown partition', [[name, [7]]]);
    await ask('an unknown topic', [[NOWHERE.name, [0]]]);
    await ask('a known and an unknown topic', [
      [name, [0]],
      [NOWHERE.name, [0]],
    ]);
    await ask('no topics', []);
    await ask('a topic without partitions', [[name, []]]);
    if (version >= 1) await ask('an unknown kind of election', [[name, [0]]], 9);
  },
};

const reassignments: Scenario = {
  name: 'reassignments',
  api: alterPartitionReassignmentsApi,
  run: async (session, version) => {
    const { name } = await session.topic('stays', { partitions: 2 });
    const ask = (label: string, topic: string, partitionIndex: number, replicas: readonly number[] | null) =>
      session.ask(label, alterPartitionReassignmentsApi, version, {
        topics: [{ name: topic, partitions: [{ partitionIndex, replicas }] }],
      });
    await ask('to where it is', name, 0, [1]);
    await ask('to another node', name, 0, [7]);
    await ask('to this and another node', name, 0, [1, 7]);
    await ask('to this node twice', name, 0, [1, 1]);
    await ask('to a negative node', name, 0, [-1]);
    await ask('to no node', name, 0, []);
    await ask('the end of none', name, 0, null);
    await ask('an unknown partition', name, 7, [1]);
    await ask('an unknown topic', NOWHERE.name, 0, [1]);
    await session.ask('one that can be and one that cannot', alterPartitionReassignmentsApi, version, {
      topics: [
        {
          name,
          partitions: [
            { partitionIndex: 0, replicas: [1] },
            { partitionIndex: 1, replicas: [7] },
          ],
        },
      ],
    });
    await session.ask('without a change of the replication factor', alterPartitionReassignmentsApi, version, {
      allowReplicationFactorChange: version < 1,
      topics: [{ name, partitions: [{ partitionIndex: 0, replicas: [1] }] }],
    });
    await session.ask('nothing', alterPartitionReassignmentsApi, version, { topics: [] });
  },
};

const reassignmentsUnderWay: Scenario = {
  name: 'reassignments under way',
  api: listPartitionReassignmentsApi,
  run: async (session, version) => {
    const { name } = await session.topic('stays');
    const ask = (label: string, topics: { name: string; partitionIndexes: number[] }[] | null) =>
      session.ask(label, listPartitionReassignmentsApi, version, { topics });
    await ask('all', null);
    await ask('of one partition', [{ name, partitionIndexes: [0] }]);
    await ask('of an unknown partition', [{ name, partitionIndexes: [7] }]);
    await ask('of an unknown topic', [{ name: NOWHERE.name, partitionIndexes: [0] }]);
    await ask('of nothing', []);
  },
};

const quotas: Scenario = {
  name: 'quotas',
  api: describeClientQuotasApi,
  run: async (session, version) => {
    const ask = (
      label: string,
      components: { entityType: string; matchType: number; match: string | null }[],
      strict = false,
    ) => session.ask(label, describeClientQuotasApi, version, { components, strict });
    await ask('all', []);
    await ask('of a user', [{ entityType: 'user', matchType: 0, match: session.named('user') }]);
    await ask('of the default client', [{ entityType: 'client-id', matchType: 1, match: null }], true);
    await ask('of any address', [{ entityType: 'ip', matchType: 2, match: null }]);
    await ask('of an unknown kind', [{ entityType: 'planet', matchType: 2, match: null }]);
    await ask('of a nameless kind', [{ entityType: '', matchType: 2, match: null }]);
    await ask('in an unknown way', [{ entityType: 'user', matchType: 9, match: null }]);
    await ask('of a user without a name', [{ entityType: 'user', matchType: 0, match: null }]);
    await ask('of a kind twice', [
      { entityType: 'user', matchType: 2, match: null },
      { entityType: 'user', matchType: 1, match: null },
    ]);
    await ask('of an address and a user', [
      { entityType: 'ip', matchType: 2, match: null },
      { entityType: 'user', matchType: 2, match: null },
    ]);
  },
};

const credentials: Scenario = {
  name: 'SCRAM credentials',
  api: describeUserScramCredentialsApi,
  run: async (session, version) => {
    const ask = (label: string, names: readonly string[] | null) =>
      session.ask(label, describeUserScramCredentialsApi, version, { users: names?.map((name) => ({ name })) ?? null });
    const user = session.named('user');
    await ask('of everybody', null);
    await ask('of nobody', []);
    await ask('of one', [user]);
    await ask('of two', [user, `${user}-2`]);
    await ask('of one twice', [user, user]);
    await ask('of one without a name', ['']);
  },
};

const quorum: Scenario = {
  name: 'quorum',
  api: describeQuorumApi,
  run: async (session, version) => {
    const ask = (label: string, topicName: string, ...indexes: number[]) =>
      session.ask(label, describeQuorumApi, version, {
        topics: [{ topicName, partitions: indexes.map((partitionIndex) => ({ partitionIndex })) }],
      });
    await ask('of the metadata', '__cluster_metadata', 0);
    await ask('of another partition of it', '__cluster_metadata', 1);
    await ask('of two partitions', '__cluster_metadata', 0, 1);
    await ask('of no partition', '__cluster_metadata');
    await ask('of another topic', NOWHERE.name, 0);
    await session.ask('of nothing', describeQuorumApi, version, { topics: [] });
  },
};

const resources: Scenario = {
  name: 'resources with settings',
  api: listConfigResourcesApi,
  run: async (session, version) => {
    await session.topic('log');
    const ask = (label: string, ...resourceTypes: number[]) =>
      session.ask(label, listConfigResourcesApi, version, { resourceTypes });
    await ask('all');
    if (version < 1) return;
    for (const type of [2, 4, 8, 16, 32]) await ask(`of kind ${type}`, type);
    await ask('of two kinds', 2, 4);
    await ask('of an unknown kind', 77);
    await ask('of kind 0', 0);
  },
};

export const administrationScenarios: readonly Scenario[] = [
  accessDescription,
  accessCreation,
  accessDeletion,
  elections,
  reassignments,
  reassignmentsUnderWay,
  quotas,
  credentials,
  quorum,
  resources,
];
