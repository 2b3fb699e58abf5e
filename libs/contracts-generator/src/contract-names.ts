import type { ContractNames } from './hand-written-names.ts';
import { readEventSchemas } from './event-schemas.ts';
import { readTopics } from './topics-file.ts';

/** The names that schemas/ defines. @throws {ContractsError} when schemas/ is wrong. */
export function contractNames(root: string): ContractNames {
  const schemas = readEventSchemas(root);
  return {
    topics: readTopics(root, schemas).map(({ name }) => name),
    events: schemas.map(({ fullName }) => fullName),
  };
}
