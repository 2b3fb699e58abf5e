/** The whole of MyBank as processes, for its drill and its benchmark: broker, PostgreSQL, ledger, connect, alerts. */
export { BankStage, type BankPart } from './bank-stage.ts';
export { BankProcess } from './bank-process.ts';
export { ask, openAccounts, setThresholds, userAlerts, type BankAccount, type UserAlert } from './bank-client.ts';
export { AlertReader } from './alert-reader.ts';
export { LEEDS, madeUpPayments, readPayments, type Payment } from './payments.ts';
export { readTopic } from './read-topic.ts';
