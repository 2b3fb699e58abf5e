/** `npm run projections -- status|rebuild NAME`: how far the read models are, and building one anew beside what is read. */
import { setTimeout as delay } from 'node:timers/promises';
import { ProjectionError, ProjectionsOperator, type ProjectionStatus } from '@headwater/event-sourcing';
import { withDatabases, type OpenDatabase } from '../databases.ts';
import { OperateError } from '../operate-error.ts';
import { SHARED_HELP } from '../operator-options.ts';
import { runOperator, type CommandLine } from '../run-operator.ts';
import { durationText, textTable } from '../text-table.ts';
import { progressLine } from './progress-line.ts';

const HELP = `How far the services' read models are

Usage: npm run projections -- COMMAND [options]

  status            all projections: version, lag, failures, rebuilds
  rebuild NAME      build the tables of a projection anew beside those that are read, and wait until they are in place

${SHARED_HELP}`;

/** A rebuild that no service takes up for so long is told so. */
const UNTAKEN_MS = 10_000;

type Output = CommandLine['output'];

async function status(databases: readonly OpenDatabase[], json: boolean, output: Output): Promise<void> {
  const all = await Promise.all(
    databases.map(async ({ name, dataSource }) =>
      (await new ProjectionsOperator(dataSource).status()).map((projection) => ({ database: name, ...projection })),
    ),
  );
  if (json) {
    output.write(`${JSON.stringify(all.flat(), undefined, 2)}\n`);
    return;
  }
  const titles = ['database', 'projection', 'version', 'events behind', 'lag', 'state'];
  const rows = all
    .flat()
    .map((each) => [
      each.database,
      each.name,
      String(each.version),
      each.behindEvents,
      each.behindEvents === 0 ? '-' : durationText(each.behindMs),
      stateOf(each),
    ]);
  output.write(textTable(titles, rows));
}

function stateOf({ failure, rebuild }: ProjectionStatus): string {
  if (failure) return `stands still at event ${failure.eventId}: ${failure.reason.replace(/\s+/g, ' ').slice(0, 100)}`;
  if (!rebuild) return 'up';
  if (rebuild.state === 'requested') return 'a rebuild is asked for';
  return `rebuilding, ${Math.floor((100 * rebuild.events) / Math.max(1, rebuild.totalEvents))}%`;
}

async function rebuild(databases: readonly OpenDatabase[], name: string, output: Output): Promise<void> {
  const operators = databases.map(({ dataSource }) => new ProjectionsOperator(dataSource));
  const having: ProjectionsOperator[] = [];
  for (const operator of operators) if (await find(operator, name)) having.push(operator);
  const [operator, ...others] = having;
  if (others.length > 0) throw new OperateError(`Several databases have a projection ${name}: choose by --database.`);
  const asked = operator ?? operators[0]!;
  await asked.requestRebuild(name).catch((error: unknown) => {
    throw error instanceof ProjectionError ? new OperateError(`${error.message}.`, { cause: error }) : error;
  });
  await showProgress(asked, name, output);
}

async function find(operator: ProjectionsOperator, name: string): Promise<ProjectionStatus | undefined> {
  return (await operator.status()).find((projection) => projection.name === name);
}

async function showProgress(operator: ProjectionsOperator, name: string, output: Output): Promise<void> {
  const startedMs = Date.now();
  const show = progressLine(output);
  let saidUntaken = false;
  for (;;) {
    const now = await find(operator, name);
    if (!now?.rebuild) break;
    if (now.rebuild.state === 'running') show(now.rebuild);
    else if (Date.now() - startedMs > UNTAKEN_MS && !saidUntaken) {
      output.write(
        `No running service takes the rebuild of ${name} up; it begins when one that has the projection starts.\n`,
      );
      saidUntaken = true;
    }
    await delay(200);
  }
  show(undefined);
  output.write(`${name} was rebuilt in ${durationText(Date.now() - startedMs)}\n`);
}

/** @returns the exit code */
export async function runProjectionsCommand(line: CommandLine): Promise<number> {
  const { output } = line;
  return runOperator(line, HELP, async (options) => {
    const [command, name, ...rest] = options.words;
    if (rest.length > 0 || (command === 'status' && name !== undefined))
      throw new OperateError(`'${rest[0] ?? name}' is too much: see --help.`);
    if (command !== 'status' && command !== 'rebuild')
      throw new OperateError(`There is no command '${command}': status or rebuild; see --help.`);
    if (command === 'rebuild' && name === undefined)
      throw new OperateError('rebuild needs the name of a projection: see --help.');
    await withDatabases(options, 'projections', (databases) =>
      name === undefined ? status(databases, options.json, output) : rebuild(databases, name, output),
    );
  });
}
