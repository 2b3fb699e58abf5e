/** The topics of a workspace, from its compiled contracts. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TopicContract } from '@headwater/contract-kit';
import { OperateError } from '../operate-error.ts';

/** @throws OperateError when the contracts are not compiled */
export async function topicsOf(root: string): Promise<readonly TopicContract[]> {
  const file = path.join(root, 'libs/contracts/dist/index.js');
  if (!existsSync(file)) throw new OperateError(`${file} is missing: compile the contracts with \`npm run build\`.`);
  const { topics } = (await import(pathToFileURL(file).href)) as {
    readonly topics: Readonly<Record<string, TopicContract>>;
  };
  return Object.values(topics);
}
