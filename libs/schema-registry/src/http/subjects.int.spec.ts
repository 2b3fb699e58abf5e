import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordSchema, RegistryFixture } from '../registry.fixture.ts';

const v1 = recordSchema('Order', ['id', 'int']);
const v2 = recordSchema('Order', ['id', 'int'], ['note', 'string', '']);
const unreadable = recordSchema('Order', ['id', 'string']);

let registry: RegistryFixture;
beforeEach(async () => {
  registry = await RegistryFixture.start();
});
afterEach(async () => {
  await registry.close();
});

const ok = (body: unknown): object => ({ status: 200, body });
const refused = (code: number, message: unknown): object => ({
  status: code < 1000 ? code : Math.trunc(code / 100),
  body: { error_code: code, message },
});

describe('registering a schema', () => {
  it('gives it the next id and version', async () => {
    expect(await registry.register('orders-value', v1)).toEqual(ok({ id: 1 }));
    expect(await registry.register('orders-value', v2)).toEqual(ok({ id: 2 }));
    expect(await registry.get('/subjects/orders-value/versions')).toEqual(ok([1, 2]));
    expect(await registry.get('/subjects/orders-value/versions/2')).toEqual(
      ok({ subject: 'orders-value', version: 2, id: 2, schema: JSON.stringify(v2) }),
    );
    expect(await registry.get('/subjects/orders-value/versions/latest')).toEqual(
      await registry.get('/subjects/orders-value/versions/2'),
    );
  });

  it('gives the same id for the same schema, in any spelling and under any subject', async () => {
    await registry.register('a', v1);
    const spelled = ' { "name":"Order", "type" : "record", "fields" : [ {"type":{"type":"int"}, "name":"id"} ] }';
    expect(await registry.post('/subjects/a/versions', { schema: spelled })).toEqual(ok({ id: 1 }));
    expect(await registry.post('/subjects/b/versions', { schema: spelled })).toEqual(ok({ id: 1 }));
    expect(await registry.get('/subjects/a/versions')).toEqual(ok([1]));
    expect(await registry.get('/schemas/ids/1/subjects')).toEqual(ok(['a', 'b']));
    expect(await registry.get('/schemas/ids/1/versions')).toEqual(
      ok([
        { subject: 'a', version: 1 },
        { subject: 'b', version: 1 },
      ]),
    );
  });

  it('many times at once registers it once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => registry.register('a', v1)));
    expect(answers).toEqual(answers.map(() => ok({ id: 1 })));
    expect(await registry.get('/subjects/a/versions')).toEqual(ok([1]));
  });

  it('refuses one that cannot read the latest, and says where and why', async () => {
    await registry.register('a', v1);
    const answer = await registry.register('a', unreadable);
    expect(answer).toEqual(
      refused(
        409,
        expect.stringContaining(
          "Schema being registered is incompatible with an earlier schema for subject \"a\", details: [{errorType:'TYPE_MISMATCH', description:'The type (path '/fields/0/type') of a field in the new schema does not match with the old schema'",
        ),
      ),
    );
    expect(answer).toEqual(refused(409, expect.stringContaining("{oldSchemaVersion: 1}, {oldSchema: '")));
  });

  it.each([
    ['an unknown type', { schema: '{"type":"strin"}' }, /^Invalid schema of type AVRO, details: /],
    ['no schema', {}, /^Empty schema$/],
    ['a schema that is an object', { schema: v1 }, /^Invalid schema: "schema" is not a string/],
    ['an unknown schema type', { schema: '"int"', schemaType: 'THRIFT' }, /^Invalid schema type THRIFT$/],
    ['a schema type in lower case', { schema: '"int"', schemaType: 'avro' }, /^Invalid schema type avro$/],
    [
      'a wrong default',
      { schema: JSON.stringify(recordSchema('R', ['a', 'int', 'x'])) },
      /Invalid default for field a/,
    ],
    [
      'an unknown reference',
      { schema: '"n.A"', references: [{ name: 'n.A', subject: 'a', version: 1 }] },
      /No schema reference found for subject "a" and version 1/,
    ],
    [
      'a reference without a name',
      { schema: '"int"', references: [{ subject: 'a', version: 1 }] },
      /^Invalid reference: /,
    ],
  ])('refuses %s with 42201', async (_what, body, message) => {
    expect(await registry.post('/subjects/a/versions', body)).toEqual(refused(42201, expect.stringMatching(message)));
    expect(await registry.get('/subjects')).toEqual(ok([]));
  });

  it('refuses one that the log could not take with 42209', async () => {
    const answer = await registry.register('a', { type: 'string', doc: 'x'.repeat(1_000_000) });
    expect(answer).toEqual(refused(42209, 'Register operation failed because schema is too large'));
  });

  it('passes over what newer clients add', async () => {
    const more = { metadata: { properties: { owner: 'x' } }, ruleSet: { domainRules: [] }, propagateSchemaTags: false };
    expect(await registry.register('a', v1, more)).toEqual(ok({ id: 1 }));
  });

  it('normalizes when asked to, so that another order of attributes is the same schema', async () => {
    const one = '{"type":"record","name":"R","b":1,"a":2,"fields":[]}';
    const other = '{"type":"record","name":"R","a":2,"b":1,"fields":[]}';
    expect(await registry.post('/subjects/a/versions?normalize=true', { schema: one })).toEqual(ok({ id: 1 }));
    expect(await registry.post('/subjects/b/versions?normalize=true', { schema: other })).toEqual(ok({ id: 1 }));
    expect(await registry.get('/schemas/ids/1')).toEqual(
      ok({ schema: '{"type":"record","name":"R","fields":[],"a":2,"b":1}' }),
    );
  });
});

describe('a schema by id', () => {
  it('is given as text in JSON, and alone', async () => {
    await registry.register('a', v1);
    expect(await registry.get('/schemas/ids/1')).toEqual(ok({ schema: JSON.stringify(v1) }));
    expect(await registry.get('/schemas/ids/1/schema')).toEqual(ok(v1));
    expect(await registry.get('/subjects/a/versions/1/schema')).toEqual(ok(v1));
    expect(await registry.get('/schemas')).toEqual(
      ok([{ subject: 'a', version: 1, id: 1, schema: JSON.stringify(v1) }]),
    );
  });

  it('is 40403 when there is none', async () => {
    expect(await registry.get('/schemas/ids/9')).toEqual(refused(40403, 'Schema 9 not found'));
    expect(await registry.get('/schemas/ids/9/schema')).toEqual(refused(40403, 'Schema 9 not found'));
    expect(await registry.get('/schemas/ids/9/versions')).toEqual(refused(40403, 'Schema not found'));
    expect(await registry.get('/schemas/ids/abc')).toEqual(refused(404, 'HTTP 404 Not Found'));
  });
});

describe('looking a schema up under a subject', () => {
  it('finds its version', async () => {
    await registry.register('a', v1);
    await registry.register('a', v2);
    expect(await registry.post('/subjects/a', { schema: JSON.stringify(v1) })).toEqual(
      ok({ subject: 'a', version: 1, id: 1, schema: JSON.stringify(v1) }),
    );
  });

  it('tells an unknown schema from an unknown subject', async () => {
    await registry.register('a', v1);
    await registry.register('b', v2);
    expect(await registry.post('/subjects/a', { schema: JSON.stringify(v2) })).toEqual(
      refused(40403, 'Schema not found'),
    );
    expect(await registry.post('/subjects/z', { schema: JSON.stringify(v2) })).toEqual(
      refused(40401, "Subject 'z' not found."),
    );
    expect(await registry.post('/subjects/a', { schema: '{' })).toEqual(
      refused(42201, expect.stringMatching(/^Invalid schema/)),
    );
  });
});

describe('a version', () => {
  it.each(['0', 'abc', '-5', '2147483648', '1.5', '%20'])('called %s is 42202', async (version) => {
    const decoded = decodeURIComponent(version);
    expect(await registry.get(`/subjects/a/versions/${version}`)).toEqual(
      refused(
        42202,
        `The specified version '${decoded}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
      ),
    );
  });

  it('that is not there is 40402, of a subject that is not there 40401', async () => {
    await registry.register('a', v1);
    expect(await registry.get('/subjects/a/versions/2')).toEqual(refused(40402, 'Version 2 not found.'));
    expect(await registry.get('/subjects/z/versions/1')).toEqual(refused(40401, "Subject 'z' not found."));
    expect(await registry.get('/subjects/z/versions')).toEqual(refused(40401, "Subject 'z' not found."));
  });
});

describe('a subject', () => {
  it.each(['orders:value', 'a/b', 'ünï cödé', 'a%b', 'q?x=1&y#z', "it's"])('may be called %s', async (subject) => {
    expect(await registry.register(subject, v1)).toEqual(ok({ id: 1 }));
    expect(await registry.get('/subjects')).toEqual(ok([subject]));
    expect(await registry.get(`/subjects/${encodeURIComponent(subject)}/versions/latest`)).toEqual(
      ok(expect.objectContaining({ subject })),
    );
  });

  it.each(['__GLOBAL', '__EMPTY', 'a\nb', '\u0000', ':.other:a'])('may not be called %j', async (subject) => {
    expect(await registry.register(subject, v1)).toEqual(
      refused(42208, expect.stringMatching(/^The specified subject '/)),
    );
  });

  it('in the default context is the subject', async () => {
    await registry.register('a', v1);
    expect(await registry.get('/subjects/:.:a/versions')).toEqual(ok([1]));
  });

  it('is listed in order, by prefix and by page', async () => {
    for (const subject of ['b', 'a2', 'a1', 'c']) await registry.register(subject, v1);
    expect(await registry.get('/subjects')).toEqual(ok(['a1', 'a2', 'b', 'c']));
    expect(await registry.get('/subjects?subjectPrefix=a')).toEqual(ok(['a1', 'a2']));
    expect(await registry.get('/subjects?offset=1&limit=2')).toEqual(ok(['a2', 'b']));
  });
});

describe('deleting', () => {
  beforeEach(async () => {
    await registry.register('a', v1);
    await registry.register('a', v2);
  });

  it('a version hides it, but its id stays readable', async () => {
    expect(await registry.delete('/subjects/a/versions/1')).toEqual(ok(1));
    expect(await registry.get('/subjects/a/versions')).toEqual(ok([2]));
    expect(await registry.get('/subjects/a/versions?deleted=true')).toEqual(ok([1, 2]));
    expect(await registry.get('/subjects/a/versions?deletedOnly=true')).toEqual(ok([1]));
    expect(await registry.get('/subjects/a/versions/1')).toEqual(refused(40402, 'Version 1 not found.'));
    expect(await registry.get('/subjects/a/versions/1?deleted=true')).toEqual(
      ok(expect.objectContaining({ version: 1 })),
    );
    expect(await registry.get('/schemas/ids/1')).toEqual(ok({ schema: JSON.stringify(v1) }));
    expect(await registry.delete('/subjects/a/versions/1')).toEqual(
      refused(40406, expect.stringContaining("Subject 'a' Version 1 was soft deleted.")),
    );
  });

  it('a version for good needs it deleted before', async () => {
    expect(await registry.delete('/subjects/a/versions/1?permanent=true')).toEqual(
      refused(40407, "Subject 'a' Version 1 was not deleted first before being permanently deleted"),
    );
    await registry.delete('/subjects/a/versions/1');
    expect(await registry.delete('/subjects/a/versions/1?permanent=true')).toEqual(ok(1));
    expect(await registry.get('/subjects/a/versions?deleted=true')).toEqual(ok([2]));
    expect(await registry.get('/schemas/ids/1')).toEqual(refused(40403, 'Schema 1 not found'));
  });

  it('a subject hides all of it, and for good removes it', async () => {
    expect(await registry.delete('/subjects/a?permanent=true')).toEqual(
      refused(40405, "Subject 'a' was not deleted first before being permanently deleted"),
    );
    expect(await registry.delete('/subjects/a')).toEqual(ok([1, 2]));
    expect(await registry.delete('/subjects/a')).toEqual(
      refused(40404, expect.stringContaining("Subject 'a' was soft deleted.")),
    );
    expect(await registry.get('/subjects')).toEqual(ok([]));
    expect(await registry.get('/subjects?deleted=true')).toEqual(ok(['a']));
    expect(await registry.delete('/subjects/a?permanent=true')).toEqual(ok([1, 2]));
    expect(await registry.get('/subjects?deleted=true')).toEqual(ok([]));
    expect(await registry.delete('/subjects/a')).toEqual(refused(40401, "Subject 'a' not found."));
  });

  it('lets the schema come back as a new version with its old id', async () => {
    await registry.delete('/subjects/a');
    expect(await registry.register('a', v1)).toEqual(ok({ id: 1 }));
    expect(await registry.get('/subjects/a/versions')).toEqual(ok([3]));
    expect(await registry.get('/subjects/a/versions?deleted=true')).toEqual(ok([2, 3]));
  });

  it('frees what came before from the compatibility check', async () => {
    await registry.delete('/subjects/a');
    expect(await registry.register('a', unreadable)).toEqual(ok({ id: 3 }));
  });

  it('for good never gives an id twice, even when the log has forgotten it', async () => {
    await registry.delete('/subjects/a');
    await registry.delete('/subjects/a?permanent=true');
    registry = await restartOnCompactedLog(registry);
    expect(await registry.register('b', unreadable)).toEqual(ok({ id: 3 }));
  });
});

/** What compaction leaves: the last record of each key, and no tombstones. */
async function restartOnCompactedLog(before: RegistryFixture): Promise<RegistryFixture> {
  const last = new Map<string, { key: Buffer; value: Buffer | null }>();
  const follower = await before.log.follow((records) => {
    for (const { key, value } of records) {
      if (key !== null) last.set(key.toString(), { key, value });
    }
  });
  await follower.close();
  await before.close();
  const after = await RegistryFixture.start();
  await after.log.append([...last.values()].filter(({ value }) => value !== null));
  return after;
}

describe('references', () => {
  const customer = { type: 'record', name: 'Customer', namespace: 'shop', fields: [{ name: 'id', type: 'int' }] };
  const order = { type: 'record', name: 'Order', namespace: 'shop', fields: [{ name: 'by', type: 'shop.Customer' }] };
  const references = [{ name: 'shop.Customer', subject: 'customer', version: 1 }];
  const stored = { ...order, fields: [{ name: 'by', type: 'Customer' }] };

  beforeEach(async () => {
    await registry.register('customer', customer);
    expect(await registry.register('order', order, { references })).toEqual(ok({ id: 2 }));
  });

  it('are given back with the schema', async () => {
    expect(await registry.get('/schemas/ids/2')).toEqual(ok({ schema: JSON.stringify(stored), references }));
    expect(await registry.get('/subjects/customer/versions/1/referencedby')).toEqual(ok([2]));
    const resolved = { ...order, fields: [{ name: 'by', type: { ...customer, namespace: undefined } }] };
    expect(await registry.get('/schemas/ids/2?format=resolved')).toEqual(
      ok({ schema: JSON.stringify(resolved), references }),
    );
  });

  it('take part in what is the same schema, and a schema with all written out is found', async () => {
    await registry.register('customer', { ...customer, doc: 'second' });
    const other = [{ name: 'shop.Customer', subject: 'customer', version: 2 }];
    expect(await registry.register('order', order, { references: other })).toEqual(ok({ id: 4 }));
    const whole = { ...order, fields: [{ name: 'by', type: customer }] };
    expect(await registry.post('/subjects/order', { schema: JSON.stringify(whole) })).toEqual(
      ok(expect.objectContaining({ version: 1, id: 2 })),
    );
  });

  it('may name the latest version', async () => {
    const latest = [{ name: 'shop.Customer', subject: 'customer', version: -1 }];
    expect(await registry.register('order2', order, { references: latest })).toEqual(ok({ id: 2 }));
  });

  it('keep what they refer to from being deleted', async () => {
    const message = 'One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=customer,version=1}.';
    expect(await registry.delete('/subjects/customer')).toEqual(refused(42206, message));
    expect(await registry.delete('/subjects/customer/versions/1')).toEqual(refused(42206, message));
    await registry.delete('/subjects/order');
    expect(await registry.delete('/subjects/customer')).toEqual(ok([1]));
    expect(await registry.delete('/subjects/customer?permanent=true')).toEqual(refused(42206, message));
  });
});

describe('a registry that is started again', () => {
  it('knows all that it knew, and goes on counting', async () => {
    await registry.register('a', v1);
    await registry.register('a', v2);
    await registry.register('b', v1);
    await registry.delete('/subjects/b');
    await registry.put('/config/a', { compatibility: 'FULL' });
    await registry.put('/config', { compatibility: 'FORWARD' });
    const paths = [
      '/subjects?deleted=true',
      '/schemas?deleted=true',
      '/subjects/a/versions/2',
      '/schemas/ids/1',
      '/config',
      '/config/a',
      '/mode',
    ];
    const before = await Promise.all(paths.map((path) => registry.get(path)));
    registry = await registry.restart();
    expect(await Promise.all(paths.map((path) => registry.get(path)))).toEqual(before);
    expect(await registry.register('c', unreadable)).toEqual(ok({ id: 3 }));
  });

  it('passes over records that it cannot read, and says so', async () => {
    await registry.register('a', v1);
    await registry.log.append([{ key: Buffer.from('not json'), value: Buffer.from('{}') }]);
    registry = await registry.restart();
    expect(registry.warnings).toEqual([expect.stringMatching(/offset 1 of the schema log: the key is not JSON/)]);
    expect(await registry.get('/subjects')).toEqual(ok(['a']));
  });
});
