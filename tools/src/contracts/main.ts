/** `npm run contracts`: the generator of `@headwater/contracts-generator` for this workspace. */
import path from 'node:path';
import { runContracts } from '@headwater/contracts-generator';

process.exitCode = await runContracts(path.resolve(import.meta.dirname, '../../..'), process.argv.slice(2), console);
