/**
 * Generators of event-driven services for Nx, and the targets that their projects have. `nx g @headwater/nx:service --help` says what
 * each takes; each is a function of a tree and options, too.
 */
export { GeneratorError } from './error/index.ts';
export {
  aggregateGenerator,
  connectorGenerator,
  consumerGenerator,
  eventGenerator,
  projectionGenerator,
  removeGenerator,
  serviceGenerator,
  streamsGenerator,
  type AggregateGeneratorOptions,
  type ConnectorGeneratorOptions,
  type ConsumerGeneratorOptions,
  type EventGeneratorOptions,
  type ProjectionGeneratorOptions,
  type RemoveGeneratorOptions,
  type ServiceGeneratorOptions,
  type StreamsGeneratorOptions,
} from './generators/index.ts';
export { createNodesV2, name } from './targets.ts';
