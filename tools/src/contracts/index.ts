/** The contracts generator: schemas/ -> libs/contracts/src/generated, drift, and names that evade it. */
export { ContractsError } from './contracts-error.ts';
export { readEventSchemas } from './event-schemas.ts';
export { readHistory, writeHistory, type HistoryFindings } from './schema-history.ts';
export { contractNames } from './contract-names.ts';
export { findDrift, generateFiles, writeFiles } from './generated-files.ts';
export {
  findHandWrittenNames,
  findNamesInSource,
  type ContractNames,
  type HandWrittenName,
} from './hand-written-names.ts';
