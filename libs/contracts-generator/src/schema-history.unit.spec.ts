import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ContractsError, readEventSchemas, readHistory, writeHistory } from './index.ts';

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

const eventId: Field = { name: 'eventId', type: 'string' };
const note: Field = { name: 'note', type: ['null', 'string'], default: null };

describe('the history of schemas', () => {
  let root: string;

  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  const schema = (...fields: Field[]): string =>
    JSON.stringify({ type: 'record', name: 'OrderPlaced', namespace: 'test', fields: [eventId, ...fields] });
  const change = (...fields: Field[]): void => write('schemas/shop/order-placed.avsc', schema(...fields));
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: root });
  };
  const release = (): string[] => {
    const written = writeHistory(root, readHistory(root, readEventSchemas(root)));
    git('add', '.');
    git('commit', '-q', '-m', 'release', '--allow-empty');
    return written;
  };
  const look = () => readHistory(root, readEventSchemas(root));
  const file = (version: number): string => `schemas/history/test.OrderPlaced/${version}.avsc`;

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'history-'));
    git('init', '-q');
    change();
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it('keeps each version that was released, and finds nothing new in one that says the same', () => {
    expect(release()).toEqual([file(1)]);
    change(note);
    expect([...look().missing.keys()]).toEqual([file(2)]);
    expect(release()).toEqual([file(2)]);
    write('schemas/shop/order-placed.avsc', JSON.stringify(JSON.parse(schema(note)), undefined, 4));
    expect(look()).toEqual({ missing: new Map(), problems: [] });
  });

  it('writes a version anew that is not committed yet', () => {
    release();
    change(note);
    expect(writeHistory(root, look())).toEqual([file(2)]);
    change(note, { ...note, name: 'remark' });
    expect(writeHistory(root, look())).toEqual([file(2)]);
    expect(fs.readdirSync(path.join(root, 'schemas/history/test.OrderPlaced'))).toEqual(['1.avsc', '2.avsc']);
  });

  it('refuses what an old reader or a new one cannot read, and says why', () => {
    release();
    change({ name: 'amount', type: 'long' });
    expect(look().problems).toEqual([
      expect.stringMatching(
        /order-placed\.avsc: version 2 of test\.OrderPlaced breaks an earlier one: .*amount.*exemptions\.yaml$/,
      ),
    ]);
  });

  it('holds a version against all before it, not only against the last', () => {
    change({ name: 'amount', type: 'int', default: 0 });
    release();
    change();
    release();
    change({ name: 'amount', type: 'string', default: '' });
    expect(look().problems).toHaveLength(2);
    expect(look().problems.join()).toContain('version 3');
  });

  it('lets an exempted version begin anew, and holds later ones against it', () => {
    release();
    change({ name: 'amount', type: 'long' });
    write(
      'schemas/history/exemptions.yaml',
      '- event: test.OrderPlaced\n  version: 2\n  reason: no record was ever written\n',
    );
    expect(look().problems).toEqual([]);
    release();
    change();
    expect(look().problems).toHaveLength(1);
    change({ name: 'amount', type: 'long' }, note);
    expect(look().problems).toEqual([]);
  });

  it('asks for an answer when an event is gone', () => {
    release();
    fs.rmSync(path.join(root, 'schemas/shop/order-placed.avsc'));
    expect(look().problems).toEqual([expect.stringMatching(/test\.OrderPlaced: the event has no schema any more/)]);
    write(
      'schemas/history/exemptions.yaml',
      '- event: test.OrderPlaced\n  version: removed\n  reason: topic deleted\n',
    );
    expect(look().problems).toEqual([]);
  });

  it('says what is wrong with an exemption or with the history itself', () => {
    release();
    write('schemas/history/exemptions.yaml', '- event: test.OrderPlaced\n  version: 2\n');
    expect(look).toThrow(/exemptions\.yaml: exemption 1 must have event/);
    fs.rmSync(path.join(root, 'schemas/history/exemptions.yaml'));
    fs.renameSync(path.join(root, file(1)), path.join(root, file(2)));
    expect(look).toThrow(ContractsError);
    expect(look).toThrow(/test\.OrderPlaced: must hold 1\.avsc, 2\.avsc … without a gap/);
  });
});
