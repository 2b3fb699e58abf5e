import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { formatFiles, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
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
    logger.info(isUnchanged ? `\nNothing to do: ${what} is as it was asked for.` : `\n${what}: done.`);
    if (!isUnchanged && service !== undefined && tree.exists('docs/openapi')) writeOpenApi(tree.root, service);
  };
}

const factsOf = (workspace: Workspace): Map<string, ServiceFacts> =>
  new Map(workspace.services().map((service) => [service.name, service]));

const isChanged = (before: ServiceFacts | undefined, now: ServiceFacts | undefined): boolean =>
  JSON.stringify(before) !== JSON.stringify(now);

/** The OpenAPI document says what the compiled program says. */
function writeOpenApi(root: string, service: string): void {
  const document = path.join('docs/openapi', `${service}.json`);
  const steps = [
    [path.join(root, 'node_modules/.bin/tsc'), '-b', `apps/${service}`],
    [process.execPath, `apps/${service}/dist/main.js`, '--write-openapi', document],
  ] as const;
  for (const [program, ...args] of steps) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
    if (status === 0) continue;
    logger.warn(`${document} could not be written:\n${stdout}${stderr}`);
    return;
  }
}
