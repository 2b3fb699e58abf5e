import { spawnSync } from 'node:child_process';
import { formatFiles, logger, readJson, type GeneratorCallback, type Tree } from '@nx/devkit';
import { generateContracts } from '../contracts/index.ts';
import { updateLists, Workspace, type ServiceFacts } from '../workspace/index.ts';

/** What a generator was asked for, as its last line says it. */
export interface Outcome {
  /** `Service shop-orders`. */
  readonly what: string;
  /** The service whose OpenAPI document follows from what was done, if there is one. */
  readonly service?: string;
}

/**
 * Does a generator's work on the tree, and what follows from it: the lists that name services, the contracts, the layout. Only what
 * is returned works outside of the tree, and a dry run does not call it.
 *
 * @throws GeneratorError
 */
export async function generate(
  tree: Tree,
  { what, service }: Outcome,
  work: (workspace: Workspace) => void,
): Promise<GeneratorCallback> {
  const workspace = new Workspace(tree);
  const before = factsOf(workspace);
  work(workspace);
  const now = factsOf(workspace);
  for (const name of new Set([...before.keys(), ...now.keys()]))
    if (isChanged(before.get(name), now.get(name))) updateLists(tree, before.get(name), now.get(name));
  await formatFiles(tree);
  await generateContracts(tree);
  const isUnchanged = tree.listChanges().length === 0;
  return () => {
    if (!isUnchanged) writeDocuments(tree, service);
    logger.info(isUnchanged ? `\nNothing to do: ${what} is as it was asked for.` : `\n${what}: done.`);
  };
}

const factsOf = (workspace: Workspace): Map<string, ServiceFacts> =>
  new Map(workspace.services().map((service) => [service.name, service]));

const isChanged = (before: ServiceFacts | undefined, now: ServiceFacts | undefined): boolean =>
  JSON.stringify(before) !== JSON.stringify(now);

/** The OpenAPI document says what the compiled program says; pages that name services are written by the workspace's script `docs`. */
function writeDocuments(tree: Tree, service: string | undefined): void {
  const { scripts } = readJson<{ scripts?: Readonly<Record<string, string>> }>(tree, 'package.json');
  const openApi = [
    ['node_modules/.bin/tsc', '-b', `apps/${service}`],
    [process.execPath, `apps/${service}/dist/main.js`, '--write-openapi', `docs/openapi/${service}.json`],
  ];
  const steps = [
    ...(service !== undefined && tree.exists('docs/openapi') ? openApi : []),
    ...(scripts?.['docs'] === undefined ? [] : [['npm', 'run', '--silent', 'docs', '--', '--write']]),
  ];
  if (steps.length > 0) logger.info('\nBringing the documents up to date …');
  for (const [program = '', ...args] of steps) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: tree.root, encoding: 'utf8' });
    if (status !== 0)
      logger.warn(`${[program, ...args].join(' ')} failed; run it again when it is mended:\n${stdout}${stderr}`);
  }
}
