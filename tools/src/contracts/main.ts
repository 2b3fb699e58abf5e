/** The program behind `npm run contracts`; contracts-command.ts says what it does. */
import path from 'node:path';
import { runContracts } from './index.ts';

const root = path.resolve(import.meta.dirname, '../../..');
process.exitCode = await runContracts(root, process.argv.slice(2), console);
