import { terminal } from '../run-operator.ts';
import { runProjectionsCommand } from './projections-command.ts';

process.exitCode = await runProjectionsCommand(terminal());
