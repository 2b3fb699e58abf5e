import { terminal } from '../run-operator.ts';
import { runOutboxCommand } from './outbox-command.ts';

process.exitCode = await runOutboxCommand(terminal());
