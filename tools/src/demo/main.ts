/** `npm start`: the launcher of `@headwater/platform` for this workspace. */
import path from 'node:path';
import { launch } from '@headwater/platform';

await launch(path.resolve(import.meta.dirname, '../../..'), process.argv.slice(2));
