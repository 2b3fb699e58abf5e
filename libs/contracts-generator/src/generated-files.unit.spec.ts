import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ContractsError, findDrift, generateFiles, writeFiles } from './index.ts';

const topicsYaml = `topics:
  orders:
    doc: Orders.
    key: orderId
    partitions: 3
    cleanupPolicy: delete
    retention: 7d
    owner: shop
    events: [test.OrderPlaced]
`;

const orderPlaced = {
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'test',
  fields: [
    { name: 'eventId', type: 'string' },
    { name: 'orderId', type: 'string' },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
};

describe('the contracts generator', () => {
  let root: string;

  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  const problemsOf = async (): Promise<readonly string[]> => {
    try {
      await generateFiles(root);
      return [];
    } catch (error) {
      if (error instanceof ContractsError) return error.problems;
      throw error;
    }
  };

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'contracts-'));
    write('schemas/topics.yaml', topicsYaml);
    write('schemas/shop/order-placed.avsc', JSON.stringify(orderPlaced));
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it('writes types, codecs and topics, and then finds no drift', async () => {
    const files = await generateFiles(root);
    expect(writeFiles(root, files)).toEqual([
      'docs/catalogue.md',
      'libs/contracts/src/generated/index.ts',
      'libs/contracts/src/generated/shop-events.gen.ts',
      'libs/contracts/src/generated/topics.gen.ts',
    ]);
    expect(findDrift(root, files)).toEqual([]);
    const events = files.get('libs/contracts/src/generated/shop-events.gen.ts');
    expect(events).toContain('readonly note: string | null;');
    expect(files.get('libs/contracts/src/generated/topics.gen.ts')).toContain("'retention.ms': '604800000'");
  });

  it('names the generated files that differ, are missing or have no source', async () => {
    const files = await generateFiles(root);
    writeFiles(root, files);
    const folder = 'libs/contracts/src/generated';
    write(`${folder}/topics.gen.ts`, '// changed by hand');
    write(`${folder}/left-over.gen.ts`, '');
    fs.rmSync(path.join(root, folder, 'index.ts'));
    expect(findDrift(root, files)).toEqual([
      `${folder}/index.ts`,
      `${folder}/left-over.gen.ts`,
      `${folder}/topics.gen.ts`,
    ]);
    writeFiles(root, files);
    expect(findDrift(root, files)).toEqual([]);
  });

  it('says in which line a topic names no schema, has no key field, or is set up wrongly', async () => {
    write(
      'schemas/topics.yaml',
      topicsYaml
        .replace('[test.OrderPlaced]', '[test.OrderPlaced, test.OrderLost]')
        .replace('key: orderId', 'key: note')
        .replace('7d', 'a week')
        .replace('partitions: 3', 'partitions: 0'),
    );
    expect(await problemsOf()).toEqual([
      'schemas/topics.yaml:9: topics.orders.events.1: no schema under schemas/ is named test.OrderLost',
      'schemas/topics.yaml:5: topics.orders.partitions: must be a whole number from 1 to 10000, got 0',
      'schemas/topics.yaml:7: topics.orders.retention: must be forever, or a number and a unit: 30d, 12h, 15m',
      'schemas/topics.yaml:4: topics.orders.key: test.OrderPlaced (schemas/shop/order-placed.avsc) has no field note that is always there and a string, int, long, enum, uuid or date',
    ]);
  });

  it('takes leading fields of the key to place it by, and no others', async () => {
    write('schemas/topics.yaml', topicsYaml.replace('key: orderId', 'key: orderId|eventId\n    partitionBy: orderId'));
    const files = await generateFiles(root);
    expect(files.get('libs/contracts/src/generated/topics.gen.ts')).toContain('partitionFields: 1');
    write('schemas/topics.yaml', topicsYaml.replace('key: orderId', 'key: orderId|eventId\n    partitionBy: eventId'));
    expect(await problemsOf()).toEqual([
      'schemas/topics.yaml:5: topics.orders.partitionBy: must be leading fields of the key orderId|eventId, and not all',
    ]);
  });

  it('says which configuration is none of Kafka, which is set elsewhere, and what is no topic at all', async () => {
    write(
      'schemas/topics.yaml',
      `${topicsYaml}    config:
      min.insync.replica: 2
      retention.ms: 5
  bills: none
`,
    );
    expect(await problemsOf()).toEqual(
      expect.arrayContaining([
        'schemas/topics.yaml:11: topics.orders.config.min.insync.replica: is no configuration of a topic in Kafka; check its spelling',
        'schemas/topics.yaml:12: topics.orders.config.retention.ms: is set by the field retention',
        expect.stringMatching(/^schemas\/topics\.yaml:13: topics\.bills: must be a map of doc, key, partitions/),
      ]),
    );
  });

  it('says which event no topic carries', async () => {
    write('schemas/shop/order-lost.avsc', JSON.stringify({ ...orderPlaced, name: 'OrderLost' }));
    expect(await problemsOf()).toEqual([
      'schemas/shop/order-lost.avsc: no topic carries test.OrderLost; name it among the events of one in schemas/topics.yaml',
    ]);
  });

  it('says which file is no schema, and which one repeats a name', async () => {
    write('schemas/shop/broken.avsc', '{ "type": "record" ');
    write(
      'schemas/shop/order-lost.avsc',
      JSON.stringify({ ...orderPlaced, name: 'OrderLost', fields: [{ name: 'a', type: 'strin' }] }),
    );
    write('schemas/shop/order-sent.avsc', JSON.stringify({ ...orderPlaced, name: 'OrderSent', fields: [] }));
    write('schemas/store/order-placed.avsc', JSON.stringify(orderPlaced));
    const problems = await problemsOf();
    expect(problems).toHaveLength(4);
    expect(problems[0]).toMatch(/^schemas\/shop\/broken\.avsc: not an Avro schema: /);
    expect(problems[1]).toMatch(/^schemas\/shop\/order-lost\.avsc: not an Avro schema: .*strin/);
    expect(problems[2]).toMatch(
      /^schemas\/shop\/order-sent\.avsc: record OrderSent needs a field eventId of type string/,
    );
    expect(problems[3]).toBe(
      'schemas/store/order-placed.avsc: record OrderPlaced is already named in schemas/shop/order-placed.avsc',
    );
  });

  it('says where the topics file is no YAML', async () => {
    write('schemas/topics.yaml', 'topics:\n  orders: [\n');
    expect((await problemsOf())[0]).toMatch(/^schemas\/topics\.yaml:\d+: /);
  });
});
