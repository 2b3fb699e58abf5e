import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordSchema, RegistryFixture } from '../registry.fixture.ts';

let registry: RegistryFixture;
beforeEach(async () => {
  registry = await RegistryFixture.start();
});
afterEach(async () => {
  await registry.close();
});

const schema = recordSchema('R', ['a', 'int']);
const ok = (body: unknown): object => ({ status: 200, body });

describe('the compatibility level', () => {
  it('is BACKWARD until it is set', async () => {
    expect(await registry.get('/config')).toEqual(ok({ compatibilityLevel: 'BACKWARD' }));
    expect(await registry.put('/config', { compatibility: 'full' })).toEqual(ok({ compatibility: 'FULL' }));
    expect(await registry.get('/config')).toEqual(ok({ compatibilityLevel: 'FULL' }));
    expect(await registry.delete('/config')).toEqual(ok({ compatibilityLevel: 'FULL' }));
    expect(await registry.get('/config')).toEqual(ok({ compatibilityLevel: 'BACKWARD' }));
  });

  it('of a subject overrides the global one until it is deleted', async () => {
    const unset = { error_code: 40408, message: "Subject 's' does not have subject-level compatibility configured" };
    expect(await registry.get('/config/s')).toEqual({ status: 404, body: unset });
    expect(await registry.get('/config/s?defaultToGlobal=true')).toEqual(ok({ compatibilityLevel: 'BACKWARD' }));
    await registry.put('/config/s', { compatibility: 'NONE' });
    expect(await registry.get('/config/s')).toEqual(ok({ compatibilityLevel: 'NONE' }));
    await registry.put('/config', { compatibility: 'FORWARD' });
    expect(await registry.delete('/config/s')).toEqual(ok({ compatibilityLevel: 'NONE' }));
    expect(await registry.get('/config/s?defaultToGlobal=true')).toEqual(ok({ compatibilityLevel: 'FORWARD' }));
    expect(await registry.delete('/config/s')).toEqual({
      status: 404,
      body: { error_code: 40401, message: "Subject 's' not found." },
    });
  });

  it('goes with its subject when that is removed for good', async () => {
    await registry.register('s', schema);
    await registry.put('/config/s', { compatibility: 'NONE' });
    await registry.delete('/subjects/s');
    await registry.delete('/subjects/s?permanent=true');
    expect((await registry.get('/config/s')).status).toBe(404);
  });

  it.each([{ compatibility: 'SOMEHOW' }, { compatibility: 5 }, { compatibilityLevel: '' }])(
    'refuses %j',
    async (body) => {
      expect(await registry.put('/config', body)).toEqual({
        status: 422,
        body: expect.objectContaining({ error_code: 42203 }),
      });
    },
  );

  it('may ask for normalization of all that is registered', async () => {
    expect(await registry.put('/config/s', { normalize: true })).toEqual(ok({ normalize: true }));
    expect(await registry.get('/config/s')).toEqual(ok({ compatibilityLevel: 'BACKWARD', normalize: true }));
    await registry.post('/subjects/s/versions', { schema: '{"type":"string","b":1,"a":1}' });
    expect(await registry.get('/schemas/ids/1')).toEqual(ok({ schema: '{"type":"string","a":1,"b":1}' }));
  });
});

describe('the mode', () => {
  const notPermitted = (message: string): object => ({ status: 422, body: { error_code: 42205, message } });

  it('is READWRITE until it is set', async () => {
    expect(await registry.get('/mode')).toEqual(ok({ mode: 'READWRITE' }));
    expect(await registry.get('/mode/s')).toEqual({
      status: 404,
      body: expect.objectContaining({ error_code: 40409 }),
    });
    expect(await registry.put('/mode/s', { mode: 'readonly' })).toEqual(ok({ mode: 'READONLY' }));
    expect(await registry.get('/mode/s')).toEqual(ok({ mode: 'READONLY' }));
    expect(await registry.delete('/mode/s')).toEqual(ok({ mode: 'READONLY' }));
    expect(await registry.get('/mode/s?defaultToGlobal=true')).toEqual(ok({ mode: 'READWRITE' }));
  });

  it('READONLY lets nothing change', async () => {
    await registry.register('s', schema);
    await registry.put('/mode', { mode: 'READONLY' });
    const message = 'Subject s in context . is in read-only mode';
    expect(await registry.register('s', recordSchema('R', ['a', 'long']))).toEqual(notPermitted(message));
    expect(await registry.delete('/subjects/s')).toEqual(notPermitted(message));
    expect(await registry.put('/config/s', { compatibility: 'NONE' })).toEqual(notPermitted(message));
    expect(await registry.register('s', schema)).toEqual(ok({ id: 1 }));
  });

  it('IMPORT takes ids and versions as they are, and no id for another schema', async () => {
    expect(await registry.register('s', schema, { id: 40, version: 3 })).toEqual(
      notPermitted('Subject s in context . is not in import mode'),
    );
    await registry.put('/mode', { mode: 'IMPORT' });
    expect(await registry.register('s', schema, { id: 40, version: 3 })).toEqual(ok({ id: 40 }));
    expect(await registry.register('t', recordSchema('Other'), { id: 40 })).toEqual(
      notPermitted('Overwrite new schema with id 40 in context . is not permitted.'),
    );
    expect(await registry.register('t', schema)).toEqual(
      notPermitted('Subject t in context . is not in read-write mode'),
    );
    await registry.put('/mode', { mode: 'READWRITE' });
    expect(await registry.get('/subjects/s/versions')).toEqual(ok([3]));
    expect(await registry.register('t', recordSchema('Other'))).toEqual(ok({ id: 41 }));
  });

  it('IMPORT is refused while there are schemas, unless forced', async () => {
    await registry.register('s', schema);
    expect(await registry.put('/mode', { mode: 'IMPORT' })).toEqual(
      notPermitted('Cannot import since found existing subjects'),
    );
    expect(await registry.put('/mode?force=true', { mode: 'IMPORT' })).toEqual(ok({ mode: 'IMPORT' }));
  });

  it.each([{ mode: 'SOMEHOW' }, { mode: 5 }, {}])('refuses %j', async (body) => {
    expect(await registry.put('/mode', body)).toEqual({
      status: 422,
      body: expect.objectContaining({ error_code: 42204 }),
    });
  });
});
