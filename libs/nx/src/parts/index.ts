/**
 * What a service is put together from: a skeleton, and parts that each add files of their own and enter them where the service
 * lists such things. A part that is there already is left as it is, and can be taken away again.
 */
export { addAggregate, writeContracts, type AggregateOptions, type Model } from './aggregate.ts';
export { addConsumer } from './consumer.ts';
export { addProjection, projectionNameOf, type ProjectionOptions } from './projection.ts';
export { readEvent } from './event-schema.ts';
export { dropTopics, unsubscribe } from './remove-contracts.ts';
export { removePart } from './remove-part.ts';
export { ServiceEditor } from './service-editor.ts';
export { addSkeleton, type SkeletonOptions } from './skeleton.ts';
export { addStreams } from './streams.ts';
