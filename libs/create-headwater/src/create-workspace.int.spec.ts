/** What is said when packages cannot be had, by npm itself, from a registry on this machine. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CreateError } from './create-error.ts';
import { createWorkspace } from './create-workspace.ts';

describe('npm create headwater, where packages cannot be had', () => {
  let folder: string;
  let registry: Server;
  const settings = ['npm_config_registry', 'npm_config_cache'] as const;
  const before = settings.map((name) => process.env[name]);

  /** A registry that refuses whatever it is asked for, at an address that nobody else has. */
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'headwater-create-'));
    registry = createServer((_, response) => void response.writeHead(403).end('{}'));
    await new Promise<void>((resolve) => void registry.listen(0, '127.0.0.1', resolve));
    // What is in the user's cache would be had.
    process.env['npm_config_cache'] = path.join(folder, 'cache');
    process.env['npm_config_registry'] = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    for (const [index, name] of settings.entries())
      if (before[index] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[index];
    await new Promise((resolve) => registry.close(resolve));
    rmSync(folder, { recursive: true });
  });

  async function refusal(): Promise<string> {
    const workspace = path.join(folder, 'shop');
    const step = async (_: string, work: () => void | Promise<void>): Promise<void> => await work();
    const reason: unknown = await createWorkspace({ name: 'shop', folder: workspace }, step).catch(
      (error: unknown) => error,
    );
    expect(reason).toBeInstanceOf(CreateError);
    expect(existsSync(workspace) ? readdirSync(workspace) : []).toEqual([]);
    return (reason as CreateError).message;
  }

  it('says in a line what the registry answers', async () => {
    expect(await refusal()).toMatch(
      /^The package registry answers 403 Forbidden to http:\S+: check the registry setting .*\. Nothing was left in \S+shop\.$/,
    );
  }, 120_000);

  it('says in a line that nobody answers', async () => {
    await new Promise((resolve) => registry.close(resolve));
    expect(await refusal()).toMatch(/^The package registry could not be reached: check the network .*shop\.$/);
    registry.listen(0, '127.0.0.1');
  }, 120_000);
});
