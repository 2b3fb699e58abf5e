import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordSchema, RegistryFixture } from '../registry.fixture.ts';
import { COMPATIBILITY_LEVELS, type CompatibilityLevel } from '../compatibility/index.ts';

let registry: RegistryFixture;
beforeEach(async () => {
  registry = await RegistryFixture.start();
});
afterEach(async () => {
  await registry.close();
});

const base = recordSchema('R', ['a', 'int']);
const withDefault = recordSchema('R', ['a', 'int'], ['b', 'int', 0]);
const withoutDefault = recordSchema('R', ['a', 'int'], ['b', 'int']);
const check = (schema: unknown, version = '/latest', query = ''): ReturnType<RegistryFixture['post']> =>
  registry.post(`/compatibility/subjects/s/versions${version}${query}`, { schema: JSON.stringify(schema) });

describe('under a level a schema may follow', () => {
  const cases: readonly (readonly [string, readonly object[], object, readonly CompatibilityLevel[]])[] = [
    ['one that lacks its defaulted field', [base], withDefault, COMPATIBILITY_LEVELS],
    ['one that lacks its field without default', [base], withoutDefault, ['NONE', 'FORWARD', 'FORWARD_TRANSITIVE']],
    ['one that has a field more without default', [withoutDefault], base, ['NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE']],
    ['nothing', [], withoutDefault, COMPATIBILITY_LEVELS],
    [
      'a latest that it reads when it does not read an earlier one',
      [base, withDefault],
      withoutDefault,
      ['NONE', 'BACKWARD', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL'],
    ],
  ];
  for (const [what, earlier, schema, allowed] of cases) {
    it.each([...COMPATIBILITY_LEVELS])(`${what}: %s`, async (level) => {
      await registry.put('/config', { compatibility: 'NONE' });
      for (const version of earlier) await registry.register('s', version);
      await registry.put('/config', { compatibility: level });
      const mayFollow = allowed.includes(level);
      expect((await check(schema, '')).body).toEqual({ is_compatible: mayFollow });
      expect((await registry.register('s', schema)).status).toBe(mayFollow ? 200 : 409);
    });
  }
});

describe('a compatibility check', () => {
  it('gives the reasons when asked for them', async () => {
    await registry.register('s', base);
    expect(await check(withoutDefault, '/1', '?verbose=true')).toEqual({
      status: 200,
      body: {
        is_compatible: false,
        messages: [
          "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/1' in the new schema has no default value and is missing in the old schema', additionalInfo:'b'}",
          '{oldSchemaVersion: 1}',
          `{oldSchema: '${JSON.stringify(base)}'}`,
          "{validateFields: 'false', compatibility: 'BACKWARD'}",
        ],
      },
    });
    expect(await check(withDefault, '/latest', '?verbose=true')).toEqual({
      status: 200,
      body: { is_compatible: true, messages: [] },
    });
  });

  it('says "old" of the reader when the level looks forward', async () => {
    await registry.put('/config/s', { compatibility: 'FORWARD' });
    await registry.register('s', withoutDefault);
    const answer = await check(base, '/latest', '?verbose=true');
    expect(answer.body).toEqual({
      is_compatible: false,
      messages: expect.arrayContaining([
        expect.stringContaining('in the old schema has no default value and is missing in the new schema'),
      ]),
    });
  });

  it('is against the version that it names', async () => {
    await registry.put('/config/s', { compatibility: 'NONE' });
    await registry.register('s', base);
    await registry.register('s', recordSchema('R', ['a', 'string']));
    await registry.put('/config/s', { compatibility: 'BACKWARD' });
    expect((await check(withDefault, '/1')).body).toEqual({ is_compatible: true });
    expect((await check(withDefault, '/2')).body).toEqual({ is_compatible: false });
  });

  it('with a subject that has no version finds nothing against it', async () => {
    expect((await check(base)).body).toEqual({ is_compatible: true });
    expect((await check(base, '')).body).toEqual({ is_compatible: true });
  });

  it('names versions that are not there, and invalid schemas', async () => {
    expect(await check(base, '/7')).toEqual({
      status: 404,
      body: { error_code: 40402, message: 'Version 7 not found.' },
    });
    expect(await check(base, '/0')).toEqual({ status: 422, body: expect.objectContaining({ error_code: 42202 }) });
    expect(await check({ type: 'x' })).toEqual({ status: 422, body: expect.objectContaining({ error_code: 42201 }) });
    expect(await check({ type: 'x' }, '/latest', '?verbose=true')).toEqual({
      status: 200,
      body: { is_compatible: false, messages: [expect.stringMatching(/^Invalid schema of type AVRO/)] },
    });
  });
});
