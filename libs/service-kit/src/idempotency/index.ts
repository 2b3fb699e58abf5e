/** Commands that are sent again get the answer of their first time: the `Idempotency-Key` header. */
export { answerWith, type CommandAnswer } from './command-answer.ts';
export { CreateIdempotencyKeys1700000000002 } from './idempotency-migration.ts';
export { IdempotentCommands, type IdempotentCommand } from './idempotent-commands.ts';
