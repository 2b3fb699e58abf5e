export { CreateInbox1700000000000 } from './create-inbox.migration.ts';
export { pruneInbox, takeNewMessages } from './inbox.ts';
