/**
 * The group room: groups of the classic protocol (`classic/`), next-generation groups of KIP-848 (`consumer/`), the change from one to
 * the other while they run, and committed offsets (`offsets/`); all kept in `__consumer_offsets` in Kafka's formats. See
 * docs/adr/0011-groups-of-both-protocols.md.
 *
 * The server creates the offsets topic (`offsetsTopicSettings`), hands its logs to `GroupCoordinator.activate`, and passes requests on.
 */
export { GroupCoordinator, type GroupCoordinatorOptions } from './group-coordinator.ts';
export { type RequestContext } from './request-context.ts';
export { type TopicDirectory } from './topic-directory.ts';
export { type GroupSettings } from './group-settings.ts';
export { defaultGroupConfig, type GroupConfig } from './group-config.ts';
export { offsetsTopicName, offsetsTopicSettings } from './offsets-topic.ts';
export { type CoordinatorNode } from './find-coordinator.ts';
export { compileTopicRegex, type TopicPattern } from './topic-regex/index.ts';
