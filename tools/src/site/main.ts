/** `npm run docs`: builds the documentation as a site and serves it on this machine, or only builds it. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { refreshedDocuments, writeDocuments } from '../documents/index.ts';
import { buildSite, writeReference } from './index.ts';
import { serveFolder } from './serve-folder.ts';

const HELP = `npm run docs -- [options]

Builds the documentation as a site and serves it on this machine until Ctrl-C.

  --write        bring the documents up to date that follow the code: snippets and generated pages
  --check        only say which of them are not, and end with 1 if any
  --build        only build the site
  --out FOLDER   where to; .headwater/site by default. The folder is emptied first
  --port N       where it is served; 8090 by default, 0 for any free port
  --help         this text
`;

const root = path.resolve(import.meta.dirname, '../../..');

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      build: { type: 'boolean', default: false },
      out: { type: 'string', default: path.join(root, '.headwater/site') },
      port: { type: 'string', default: '8090' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.write || values.check) {
    await followCode(values.check);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`--port must be a number from 0 to 65535, not ${values.port}`);
  const { folder, pages } = buildSite(root, path.resolve(values.out), writeReference(root));
  process.stdout.write(`Built ${pages.length} pages in ${folder}; open index.html, or read on\n`);
  if (values.build) return;
  const server = await serveFolder(folder, port);
  process.stdout.write(`ready docs=${server.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}

/** Documents that are held to the code. */
async function followCode(onlyCheck: boolean): Promise<void> {
  const refreshed = await refreshedDocuments(root);
  if (!onlyCheck) writeDocuments(root, refreshed);
  for (const { file } of refreshed)
    process.stdout.write(onlyCheck ? `${file} is not what the code says\n` : `wrote ${file}\n`);
  if (onlyCheck && refreshed.length > 0) process.exitCode = 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\nnpm run docs -- --help says more.\n`,
  );
  process.exitCode = 1;
}
