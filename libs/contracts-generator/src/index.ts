/**
 * The contracts generator: schemas/ and the services' subscriptions -> libs/contracts/src/generated, docs/asyncapi and
 * docs/catalogue.md; drift, breaking changes, names that evade it, and services that do other than what the contracts say.
 */
export { asyncApiOf } from './asyncapi-document.ts';
export { contractNames } from './contract-names.ts';
export { contractsHelp, runContracts, type CommandOutput } from './contracts-command.ts';
export { ContractsError } from './contracts-error.ts';
export { readEventSchemas } from './event-schemas.ts';
export { findDrift, generateFiles, writeFiles } from './generated-files.ts';
export {
  findHandWrittenNames,
  findNamesInSource,
  type ContractNames,
  type HandWrittenName,
} from './hand-written-names.ts';
export { readHistory, writeHistory, type HistoryFindings } from './schema-history.ts';
export { findUsesInSource, type TopicUse } from './service-code.ts';
export { readServices } from './services.ts';
export { findWrongRoles } from './topic-roles.ts';
export { readTopics } from './topics-file.ts';
