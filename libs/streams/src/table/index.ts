/** A compacted topic as a table in memory, whole, without a topology. */
export { MaterializedTable, openTable, type OpenTableOptions } from './materialized-table.ts';
export { partitionsOfTable } from './table-topic.ts';
export { followTopic, TopicFollower, type FollowedState, type FollowOptions } from './topic-follower.ts';
