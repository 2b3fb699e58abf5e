/** Offsets of groups, for whoever is no member of them, over Kafka's protocol itself. */
export { CommittedOffsets } from './committed-offsets.ts';
export { setOffsets } from './set-offsets.ts';
