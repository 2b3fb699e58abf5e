/** The inbox: which messages a subscription has processed, kept with their effects. */
export { CreateInbox1700000000000 } from './create-inbox.migration.ts';
export { defaultInboxPrunerOptions, InboxPruner, type InboxPrunerOptions } from './inbox-pruner.ts';
export { pruneInbox, takeNewMessages } from './inbox.ts';
