/**
 * What a service is put together from: a skeleton, and parts that each add files of their own and enter them where the service
 * lists such things. A part that is there already is left as it is.
 */
export { addAggregate, writeContracts, type AggregateOptions, type Model } from './aggregate.ts';
export { addConsumer } from './consumer.ts';
export { addProjection, projectionNameOf, type ProjectionOptions } from './projection.ts';
export { readEvent, schemaFiles } from './event-schema.ts';
export { ServiceEditor } from './service-editor.ts';
export { addSkeleton, type SkeletonOptions } from './skeleton.ts';
export { addStreams } from './streams.ts';
