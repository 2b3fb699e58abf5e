/** Makes a workspace: its files, what they need, and an example service by the same generator that makes all further ones. */
import type { CreateOptions } from './command-line.ts';
import { generate, installPackages } from './commands.ts';
import { CreateError } from './create-error.ts';
import { clearFolder, findPackages, makeFolder, takePackages, writeTemplate } from './write-template.ts';

/** Takes a step of the work, to show that it goes on and how long it took. */
export type Step = (title: string, work: () => void | Promise<void>) => Promise<void>;

/** What the example is made of: a service that decides, keeps its events, publishes them, and shows what became of them. */
const example = [
  'orders',
  '--context',
  'shop',
  '--owns',
  'order_placed',
  '--model',
  'decider',
  '--rest',
  '--projection',
];

/** @throws CreateError; the folder is then as it was, and the same command can be given again */
export async function createWorkspace({ name, folder, packages }: CreateOptions, step: Step): Promise<void> {
  const tarballs = packages === undefined ? undefined : findPackages(packages);
  makeFolder(folder);
  try {
    await step('files', () => {
      writeTemplate(folder, name);
      if (tarballs) takePackages(tarballs, folder);
    });
    await step('packages', () => installPackages(folder));
    await step('example service orders', () => generate(folder, 'service', example));
  } catch (error) {
    clearFolder(folder);
    if (!(error instanceof CreateError)) throw error;
    throw new CreateError(`${error.message} Nothing was left in ${folder}.`, { cause: error });
  }
}
