/**
 * What an operator asks of a workspace that runs, or of databases and a broker that are named: what waits in outboxes, how far projections
 * are, what subscriptions could not process. Each command tells expected failures in one line and returns its exit code.
 */
import { runDeadLettersCommand } from './dead-letters/dead-letters-command.ts';
import { runOutboxCommand } from './outbox/outbox-command.ts';
import { runProjectionsCommand } from './projections/projections-command.ts';
import { type CommandLine } from './run-operator.ts';

export { type CommandLine } from './run-operator.ts';

export const operatorCommands = {
  outbox: runOutboxCommand,
  projections: runProjectionsCommand,
  'dead-letters': runDeadLettersCommand,
} satisfies Readonly<Record<string, (line: CommandLine) => Promise<number>>>;
