export const channelKinds = ['webhook', 'email'] as const;
/** Where a user is told: a user has at most one channel of each kind. */
export type ChannelKind = (typeof channelKinds)[number];
