import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { topics } from '@headwater/contracts';
import { parse } from 'yaml';
import { parquetSink } from './index.ts';

const file = path.resolve(import.meta.dirname, '../../../../../connectors/lake.yaml');

it('the lake takes every topic of the platform, by a configuration without problems', () => {
  const { config } = parse(readFileSync(file, 'utf8')) as { config: { topics: string[] } & Record<string, string> };
  expect([...config.topics].sort()).toEqual(
    Object.values(topics)
      .map(({ name }) => name)
      .sort(),
  );
  expect(parquetSink.validate!({ ...config, topics: config.topics.join() })).toEqual([]);
});
