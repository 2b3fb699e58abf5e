/** `npm run contracts`: brings what is generated to what schemas/ says, or says how far it is from it. */
import { contractNames } from './contract-names.ts';
import { ContractsError } from './contracts-error.ts';
import { readEventSchemas } from './event-schemas.ts';
import { findDrift, generateFiles, writeFiles } from './generated-files.ts';
import { findHandWrittenNames } from './hand-written-names.ts';
import { readHistory, writeHistory, type HistoryFindings } from './schema-history.ts';
import { findWrongRoles } from './topic-roles.ts';
import { findUnknownTopics } from './topics-only-in-code.ts';
import { readTopics } from './topics-file.ts';

export interface CommandOutput {
  /** What was done. */
  log(line: string): void;
  /** What is wrong, one line each. */
  error(line: string): void;
}

export const contractsHelp = `npm run contracts [-- --check]

Reads schemas/<context>/<event>.avsc, schemas/topics.yaml and the subscriptions in apps/, and writes
  libs/contracts/src/generated   TypeScript types, codecs and topics
  schemas/history                the versions of each schema
  docs/asyncapi                  AsyncAPI 3 of each service
  docs/catalogue.md              every topic and event, for people

  --check   writes nothing; says what would be written. npm test runs it.
  --help    this text

It ends with 1, with one line for each problem, when
  - schemas/ or topics.yaml is wrong (the line says where and what to do),
  - a file that is generated differs (--check),
  - a schema breaks a version in schemas/history (FULL_TRANSITIVE) and schemas/history/exemptions.yaml does not answer for it,
  - a topic is only in code, or a topic or an event is written by hand where its contract belongs,
  - a service sends to a topic that it does not own, or subscribes without being named in topics.yaml, or is named and does not.

Guides: docs/guides/adding-an-event.md, docs/guides/evolving-an-event.md
`;

interface Findings {
  readonly files: ReadonlyMap<string, string>;
  readonly history: HistoryFindings;
  readonly problems: readonly string[];
}

async function look(root: string): Promise<Findings> {
  const files = await generateFiles(root);
  const schemas = readEventSchemas(root);
  const topics = readTopics(root, schemas);
  const history = readHistory(root, schemas);
  const handWritten = findHandWrittenNames(root, contractNames(root)).map(
    ({ file, line, name }) => `${file}:${line}: '${name}' is written by hand; use the contract of @headwater/contracts`,
  );
  const unknown = findUnknownTopics(
    root,
    topics.map(({ name }) => name),
  ).map(
    ({ file, line, name }) =>
      `${file}:${line}: topic '${name}' is only in code; write it into schemas/topics.yaml, and use its contract`,
  );
  return {
    files,
    history,
    problems: [...handWritten, ...unknown, ...history.problems, ...findWrongRoles(root, topics)],
  };
}

function differences(root: string, { files, history }: Findings): string[] {
  return [
    ...[...history.missing.keys()].map((file) => `${file} is missing; run \`npm run contracts\` and commit it`),
    ...findDrift(root, files).map(
      (file) => `${file} is not what schemas/ says; run \`npm run contracts\` and commit it`,
    ),
  ];
}

function write(root: string, { files, history }: Findings, output: CommandOutput): void {
  // What breaks is not written down as if it had been released.
  const versions = history.problems.length > 0 ? [] : writeHistory(root, history);
  const written = [...writeFiles(root, files), ...versions];
  for (const file of written) output.log(`written ${file}`);
  output.log(written.length === 0 ? 'nothing to write: all is as schemas/ says' : `${written.length} files written`);
}

/** @returns the exit code: 0 when all is well. */
export async function runContracts(root: string, args: readonly string[], output: CommandOutput): Promise<number> {
  const unknown = args.find((argument) => argument !== '--check' && argument !== '--help' && argument !== '-h');
  if (unknown !== undefined) {
    output.error(`Unknown argument ${unknown}. ${contractsHelp}`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    output.log(contractsHelp);
    return 0;
  }
  try {
    const findings = await look(root);
    const isCheck = args.includes('--check');
    if (!isCheck) write(root, findings, output);
    const problems = [...(isCheck ? differences(root, findings) : []), ...findings.problems];
    for (const problem of problems) output.error(problem);
    if (isCheck && problems.length === 0) output.log(`${findings.files.size} generated files are what schemas/ says`);
    return problems.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ContractsError)) throw error;
    output.error(error.message);
    return 1;
  }
}
