import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ClusterTemplate } from './cluster-template.ts';
import { startPostgres } from './index.ts';

async function systemIdentifier(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: unknown }>('SELECT system_identifier AS id FROM pg_control_system()');
    return rows[0]?.id;
  } finally {
    await client.end();
  }
}

describe('a new cluster', () => {
  it('is a copy of one that was made before, and shares nothing with it', async () => {
    await using first = await startPostgres();
    await using second = await startPostgres();
    expect(await systemIdentifier(second.url)).toBe(await systemIdentifier(first.url));
    await first.createDatabase('of_the_first');
    const client = new pg.Client({ connectionString: second.url });
    await client.connect();
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE NOT datistemplate');
    await client.end();
    expect(rows).toEqual([{ datname: 'postgres' }]);
  });
});

describe('the template of clusters', () => {
  const account = {
    owner: undefined,
    spawn: () => {
      throw new Error('nothing is started');
    },
  };
  let folder: string;
  const place = (name: string) => ({
    dataFolder: path.join(folder, name),
    passwordFile: path.join(folder, `${name}.password`),
  });
  const templateOf = (...settings: string[]) => new ClusterTemplate(binaries(), account, settings);
  const binaries = () => {
    const home = path.join(folder, 'node_modules', '@postgres', 'linux', 'native');
    return { home, initdb: '', postgres: '' };
  };
  const cache = () => path.join(folder, 'node_modules', '.cache');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'headwater-template-'));
    await mkdir(binaries().home, { recursive: true });
    await writeFile(path.join(binaries().home, '..', 'package.json'), '{"version":"18.0.0"}');
    await mkdir(place('made').dataFolder, { mode: 0o700 });
    await writeFile(path.join(place('made').dataFolder, 'PG_VERSION'), '18');
    await writeFile(place('made').passwordFile, 'secret', { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is kept once, with its modes', async () => {
    expect(await templateOf().copyTo(place('early'))).toBe(false);
    await Promise.all([templateOf().keep(place('made')), templateOf().keep(place('made'))]);
    expect(await readdir(path.join(cache(), 'headwater-postgres'))).toHaveLength(1);
    expect(await templateOf().copyTo(place('copy'))).toBe(true);
    expect(await readFile(place('copy').passwordFile, 'utf8')).toBe('secret');
    expect((await stat(place('copy').dataFolder)).mode & 0o777).toBe(0o700);
    expect((await stat(place('copy').passwordFile)).mode & 0o777).toBe(0o600);
  });

  it('is of one version and of one set of settings', async () => {
    await templateOf('--encoding=UTF8').keep(place('made'));
    expect(await templateOf('--encoding=LATIN1').copyTo(place('copy'))).toBe(false);
    await writeFile(path.join(binaries().home, '..', 'package.json'), '{"version":"19.0.0"}');
    expect(await templateOf('--encoding=UTF8').copyTo(place('copy'))).toBe(false);
  });

  it('leaves nothing of a copy that did not come through', async () => {
    await templateOf().keep(place('made'));
    await mkdir(path.join(folder, 'closed'));
    await chmod(path.join(folder, 'closed'), 0o700);
    const elsewhere = {
      dataFolder: path.join(folder, 'closed', 'no', 'such', 'data'),
      passwordFile: place('copy').passwordFile,
    };
    expect(await templateOf().copyTo(elsewhere)).toBe(false);
    expect(existsSync(elsewhere.passwordFile)).toBe(false);
  });

  it('is done without where there is no place for it', async () => {
    await writeFile(cache(), 'a file');
    await templateOf().keep(place('made'));
    expect(await templateOf().copyTo(place('copy'))).toBe(false);
  });
});
