/** Messages as handlers see them: envelope, headers, tombstones, and the context that their work passes on. */
export { deadLetterHeaderNames, headerNames, originHeaderNames, redriveCountHeader } from './headers.ts';
export { currentContext, runInContext, type MessageContext } from './message-context.ts';
export { MessageHeaders } from './message-headers.ts';
export type { MessageEnvelope, Tombstone, TopicMessage } from './topic-message.ts';
