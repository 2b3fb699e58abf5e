/** Ids of events and messages, which tell when they were made. */
export { newEventId, timeOfId } from './event-id.ts';
