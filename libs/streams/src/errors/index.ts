/** What can go wrong in stream processing, by stable codes. */
export { StreamsError, type StreamsErrorCode } from './streams-error.ts';
