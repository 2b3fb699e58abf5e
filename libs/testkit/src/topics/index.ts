/** What a topic carries, read as its subscribers would. */
export { TopicReader, type ReadMessage, type TopicSource } from './topic-reader.ts';
export { TopicOffsets, type PartitionOffsets } from './topic-offsets.ts';
