import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { apis } from '../protocol/index.ts';
import { acceptedDifferences } from './accepted-differences.ts';
import { renderDocuments } from './documents.ts';
import { KAFKA_APIS } from './kafka-apis.ts';
import { scenarios } from './scenarios/index.ts';

const docs = path.resolve(import.meta.dirname, '../../../../docs');

describe('the generated documents', () => {
  // To mend it: npm run build && node libs/broker/dist/conformance/main.js
  it.each([...renderDocuments()])('docs/%s says what the code says', (name, text) => {
    expect(readFileSync(path.join(docs, name), 'utf8')).toBe(text);
  });

  it('name every API that has a definition as Apache Kafka names it', () => {
    const named = new Map(KAFKA_APIS.map(({ key, name }) => [key, name]));
    expect(apis.map(({ key }) => named.get(key))).toEqual(apis.map(({ name }) => name));
  });

  it('give each accepted difference one sentence of its own', () => {
    const titles = acceptedDifferences.map(({ what }) => what);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('the scenarios', () => {
  it('have a name of their own in their API, so that what they create does not meet', () => {
    const names = scenarios.map(({ api, name }) => `${api.name}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
