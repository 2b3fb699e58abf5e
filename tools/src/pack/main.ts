/** The program behind `npm run pack`. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pack, PackError } from './index.ts';

const root = path.resolve(import.meta.dirname, '../../..');

const HELP = `npm run pack [-- --out DIR]

Packs every package that is published, as npm would publish it, into DIR (default .headwater/packages), after checking that
each holds what it names and declares what it imports. The same sources give the same bytes.

  npm create headwater in a folder, from these packages:
    npx --package DIR/create-headwater-0.1.0.tgz create-headwater my-platform --packages DIR
`;

function main(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: { out: { type: 'string', default: '.headwater/packages' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  for (const { file, size } of pack(root, path.resolve(root, values.out)))
    process.stdout.write(`${path.relative(root, file)}  ${(size / 1024).toFixed(0)} KiB\n`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof PackError) && !isUsage) throw error;
  process.stderr.write(`${error.message}${isUsage ? ' See --help.' : ''}\n`);
  process.exitCode = 1;
}
