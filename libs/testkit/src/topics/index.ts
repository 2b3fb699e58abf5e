/** What a topic carries, read as its subscribers would. */
export { TopicReader, type ReadMessage } from './topic-reader.ts';
