/**
 * `npm run contracts [-- --check]`: writes libs/contracts/src/generated from schemas/, and new versions of schemas into their history; or
 * says how they differ. It ends with 1 when they do, and when a change breaks what was released.
 */
import path from 'node:path';
import {
  contractNames,
  ContractsError,
  findDrift,
  findHandWrittenNames,
  generateFiles,
  readEventSchemas,
  readHistory,
  writeFiles,
  writeHistory,
} from './index.ts';

const root = path.resolve(import.meta.dirname, '../../..');

async function run(check: boolean): Promise<string[]> {
  const files = await generateFiles(root);
  const history = readHistory(root, readEventSchemas(root));
  const handWritten = findHandWrittenNames(root, contractNames(root)).map(
    ({ file, line, name }) => `${file}:${line}: '${name}' is written by hand; use the contract of @headwater/contracts`,
  );
  const problems = [...handWritten, ...history.problems];
  if (check)
    return [
      ...[...history.missing.keys()].map((file) => `${file} is missing; run \`npm run contracts\` and commit it`),
      ...findDrift(root, files).map(
        (file) => `${file} is not what schemas/ says; run \`npm run contracts\` and commit it`,
      ),
      ...problems,
    ];
  // What breaks is not written down as if it had been released.
  const written = history.problems.length > 0 ? [] : writeHistory(root, history);
  for (const file of [...writeFiles(root, files), ...written]) console.log(`written ${file}`);
  return problems;
}

try {
  const problems = await run(process.argv.includes('--check'));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof ContractsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
