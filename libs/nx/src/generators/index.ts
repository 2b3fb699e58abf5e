/** The generators: each reads its options, puts parts together on the tree, and ends with what all of them end with. */
export { aggregateGenerator, type AggregateGeneratorOptions } from './aggregate.ts';
export { connectorGenerator, type ConnectorGeneratorOptions } from './connector.ts';
export { consumerGenerator, type ConsumerGeneratorOptions } from './consumer.ts';
export { eventGenerator, type EventGeneratorOptions } from './event.ts';
export { projectionGenerator, type ProjectionGeneratorOptions } from './projection.ts';
export { removeGenerator, type RemoveGeneratorOptions } from './remove.ts';
export { serviceGenerator, type ServiceGeneratorOptions } from './service.ts';
export { streamsGenerator, type StreamsGeneratorOptions } from './streams.ts';
