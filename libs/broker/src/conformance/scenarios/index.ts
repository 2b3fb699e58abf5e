/** Everything that both engines are asked. */
import type { Scenario } from '../session.ts';
import { administrationScenarios } from './administration.ts';
import { clusterScenarios } from './cluster.ts';
import { configScenarios } from './configs.ts';
import { consumerGroupProtocolScenarios } from './consumer-group-protocol.ts';
import { fetchScenarios } from './fetch.ts';
import { groupMigrationScenarios } from './group-migration.ts';
import { groupScenarios } from './groups.ts';
import { offsetScenarios } from './offsets.ts';
import { positionScenarios } from './positions.ts';
import { produceScenarios } from './produce.ts';
import { rebalanceScenarios } from './rebalances.ts';
import { topicScenarios } from './topics.ts';
import { transactionScenarios } from './transactions.ts';

export const scenarios: readonly Scenario[] = [
  ...clusterScenarios,
  ...topicScenarios,
  ...configScenarios,
  ...produceScenarios,
  ...fetchScenarios,
  ...positionScenarios,
  ...groupScenarios,
  ...rebalanceScenarios,
  ...consumerGroupProtocolScenarios,
  ...groupMigrationScenarios,
  ...offsetScenarios,
  ...transactionScenarios,
  ...administrationScenarios,
];
