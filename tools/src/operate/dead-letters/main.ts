import { terminal } from '../run-operator.ts';
import { runDeadLettersCommand } from './dead-letters-command.ts';

process.exitCode = await runDeadLettersCommand(terminal());
