/** Makes a workspace: its files, what they need, and an example service by the same generator that makes all further ones. */
import type { CreateOptions } from './command-line.ts';
import { generate, installPackages } from './commands.ts';
import { findPackages, takePackages, writeTemplate } from './write-template.ts';

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

/** @throws CreateError */
export async function createWorkspace({ name, folder, packages }: CreateOptions, step: Step): Promise<void> {
  await step('files', () => {
    // What cannot be found is told before anything is written.
    const tarballs = packages === undefined ? undefined : findPackages(packages);
    writeTemplate(folder, name);
    if (tarballs) takePackages(tarballs, folder);
  });
  await step('packages', () => installPackages(folder));
  await step('example service orders', () => generate(folder, 'service', example));
}
