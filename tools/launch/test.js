/**
 * `npm test`: everything that must hold before a change lands: formatting, lint, types of the tests, generated files, then every
 * suite. Runs on the pinned Node, after install and build.
 *
 *     npm test                          all of it
 *     npm test -- libs/broker           only the suites below a folder (or matching a pattern), without the other checks
 *     npm test -- --checks              only the checks
 *
 * The last line is `N passed, N failed, N skipped`; a check counts as one. Before it, how many tests each reason has skipped.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lintArguments } from './lint.js';
import { root } from './setup.js';

const node = process.execPath;

const checks = [
  ['Lint', 'run `npm run lint`', lintArguments()],
  [
    'Formatting',
    'run `npm run format`',
    ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ],
  ['Contracts', 'run `npm run contracts`', ['tools/dist/contracts/main.js', '--check']],
  ['Documents', 'run `npm run docs -- --write`', ['tools/dist/site/main.js', '--check']],
  ['OpenAPI documents', 'run `npm run openapi`', ['tools/launch/openapi.js', '--check']],
  [
    'API reference',
    'document what is named above; `npm run reference` writes it',
    ['node_modules/typedoc/bin/typedoc', '--emit', 'none', '--treatWarningsAsErrors', '--logLevel', 'Warn'],
  ],
  [
    'Types of the tests',
    'see the lines above',
    ['node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.lint.json'],
  ],
];

function run(args, stdio = 'inherit') {
  return new Promise((resolve) => spawn(node, args, { cwd: root, stdio }).on('close', (code) => resolve(code ?? 1)));
}

/** Runs a command and keeps what it says. */
function runQuietly(args) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: root, stdio: ['inherit', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('close', (code) => resolve({ code: code ?? 1, said }));
  });
}

/** @returns whether the check passed; what it has to say is written when it is done. */
async function runCheck([title, remedy, ...commands]) {
  const started = Date.now();
  let failed = false;
  let all = '';
  for (const command of commands) {
    const { code, said } = await runQuietly(command);
    failed ||= code !== 0;
    all += said;
  }
  const time = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  process.stdout.write(`${all}${failed ? `✗ ${title} (${time}): ${remedy}` : `✓ ${title} (${time})`}\n`);
  return !failed;
}

/** One after another: most of them use one processor, and the suites, which wait for much, run beside them. */
async function runChecks() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) total[(await runCheck(check)) ? 'passed' : 'failed'] += 1;
  return total;
}

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

async function runSuites(args) {
  const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-test-')), 'report.json');
  const code = await run([...jest, '--json', `--outputFile=${report}`, ...args], ['inherit', 'ignore', 'inherit']);
  if (!fs.existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(fs.readFileSync(report, 'utf8'));
  fs.rmSync(path.dirname(report), { recursive: true });
  const brokenSuites = result.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed'),
  );
  const failed = result.numFailedTests + brokenSuites.length;
  return {
    passed: result.numPassedTests,
    failed: failed || (code === 0 ? 0 : 1),
    skipped: result.numPendingTests + result.numTodoTests,
    reasons: reasonsOfSkips(result),
  };
}

const SKIPPED = ' — skipped: ';

/** How many tests each reason has cost; `describeUnless` of the testkit writes it into the title of a suite. */
function reasonsOfSkips(result) {
  const counts = new Map();
  for (const { assertionResults } of result.testResults)
    for (const { status, ancestorTitles } of assertionResults) {
      if (status !== 'pending' && status !== 'todo') continue;
      const title = ancestorTitles.find((candidate) => candidate.includes(SKIPPED));
      const reason = title === undefined ? 'no reason given' : title.slice(title.indexOf(SKIPPED) + SKIPPED.length);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  return counts;
}

/** Whether some of the suites that are asked for run on Apache Kafka, too: for others nobody shall wait until it has come. */
async function meetReferenceKafka(args) {
  if (args.length === 0) return true;
  const { said } = await runQuietly([...jest, '--listTests', ...args]);
  const files = said.split('\n').filter((line) => path.isAbsolute(line) && fs.existsSync(line));
  return files.some((file) => /@headwater\/testkit\/(engines|kafka)'/.test(fs.readFileSync(file, 'utf8')));
}

/** Brings the Apache Kafka that some suites compare with, once, into .headwater/; or tells all of them why there is none. */
async function prepareReferenceKafka() {
  const { absenceOfKafka } = await import('@headwater/testkit/kafka');
  const absence = absenceOfKafka(undefined, (line) => process.stdout.write(`${line}\n`));
  if (absence !== undefined) process.env.HEADWATER_APACHE_KAFKA_ABSENT = absence;
}

const args = process.argv.slice(2);
const onlyChecks = args.includes('--checks');
const running = [];
if (onlyChecks || args.length === 0) running.push(runChecks());
if (!onlyChecks) {
  if (await meetReferenceKafka(args)) await prepareReferenceKafka();
  running.push(runSuites(args));
}
const results = await Promise.all(running);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
for (const { reasons } of results)
  for (const [reason, count] of reasons ?? []) process.stdout.write(`${count} skipped: ${reason}\n`);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`);
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
