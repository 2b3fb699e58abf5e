/** What connectors are told: from files and requests, with references to the environment, checked against their fields. */
export { checkConfig, describeProblems, fieldsOf, withDefaults } from './check-config.ts';
export { ConnectorFileError, readConnectorFiles, type ConnectorFile } from './connector-files.ts';
export { resolveReferences, type Environment } from './references.ts';
