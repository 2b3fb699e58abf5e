export { EventCodec, isUnreadable } from './event-codec.ts';
export { frame, unframe } from './wire-format.ts';
