/** `npm run contracts [-- --check]`: writes libs/contracts/src/generated from schemas/, or says how it differs and ends with 1. */
import path from 'node:path';
import { contractNames, ContractsError, findDrift, findHandWrittenNames, generateFiles, writeFiles } from './index.ts';

const root = path.resolve(import.meta.dirname, '../../..');

async function run(check: boolean): Promise<string[]> {
  const files = await generateFiles(root);
  const problems = findHandWrittenNames(root, contractNames(root)).map(
    ({ file, line, name }) => `${file}:${line}: '${name}' is written by hand; use the contract of @headwater/contracts`,
  );
  if (check)
    return [
      ...findDrift(root, files).map(
        (file) => `${file} is not what schemas/ says; run \`npm run contracts\` and commit it`,
      ),
      ...problems,
    ];
  for (const file of writeFiles(root, files)) console.log(`written ${file}`);
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
