/** Membership of groups that share work of their own kind, over Kafka's protocol itself: kafkajs knows consumers only. */
export { WireWorkGroupMember, type WireWorkGroupSettings } from './wire-work-group-member.ts';
