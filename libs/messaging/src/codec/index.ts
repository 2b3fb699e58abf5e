/** Events <-> record values: Avro by contract, in Confluent's wire format. */
export { EventCodec, isUnreadable } from './event-codec.ts';
export { frame } from './wire-format.ts';
