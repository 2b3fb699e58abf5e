/** A topic in memory, whole, without a topology: a compacted one as a table, any one as a state of the caller's. */
export { MaterializedTable, openTable, type OpenTableOptions } from './materialized-table.ts';
export { ReadableTopic, type TakeEvent } from './readable-topic.ts';
export { partitionsOfTable } from './table-topic.ts';
export { followTopic, TopicFollower, type FollowedState, type FollowOptions } from './topic-follower.ts';
