import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { orderPlaced, Workspace } from './workspace.fixture.ts';

describe('npm run contracts', () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = new Workspace();
    expect(await workspace.run()).toMatchObject({ code: 0, problems: [] });
    workspace.commit();
  });
  afterEach(() => workspace[Symbol.dispose]());

  const check = () => workspace.run('--check');

  it('writes everything once, and then has nothing to say', async () => {
    expect(await workspace.run()).toEqual({
      code: 0,
      said: ['nothing to write: all is as schemas/ says'],
      problems: [],
    });
    expect(await check()).toEqual({ code: 0, said: ['6 generated files are what schemas/ says'], problems: [] });
  });

  it('fails when any generated file drifts, and mends it', async () => {
    const files = [
      'docs/asyncapi/kitchen.yaml',
      'docs/catalogue.md',
      'libs/contracts/src/generated/shop-events.gen.ts',
      'libs/contracts/src/generated/topics.gen.ts',
    ];
    for (const file of files) workspace.write(file, `${workspace.read(file)}# by hand\n`);
    const problems = files.map((file) => `${file} is not what schemas/ says; run \`npm run contracts\` and commit it`);
    expect(await check()).toMatchObject({ code: 1, problems });
    const said = [...files.map((file) => `written ${file}`), '4 files written'];
    expect(await workspace.run()).toMatchObject({ code: 0, said });
    expect(await check()).toMatchObject({ code: 0 });
  });

  it('fails when the document of a service that is gone is left over', async () => {
    workspace.write('docs/asyncapi/gone.yaml', 'asyncapi: 3.0.0');
    expect(await check()).toMatchObject({
      code: 1,
      problems: [expect.stringMatching(/^docs\/asyncapi\/gone\.yaml is not/)],
    });
  });

  it('fails when a subscription changes and the documents do not', async () => {
    workspace.edit('apps/kitchen/src/main.ts', 'kitchen.orders', 'kitchen.all');
    expect((await check()).problems).toEqual([
      expect.stringMatching(/^docs\/asyncapi\/kitchen\.yaml is not/),
      expect.stringMatching(/^docs\/catalogue\.md is not/),
    ]);
  });

  it('fails when a released schema breaks, writes nothing of it, and takes a written exemption', async () => {
    const { fields, ...rest } = orderPlaced;
    workspace.write(
      'schemas/shop/order-placed.avsc',
      JSON.stringify({ ...rest, fields: [...fields, { name: 'amount', type: 'long' }] }),
    );
    const { code, problems } = await workspace.run();
    expect(code).toBe(1);
    expect(problems).toEqual([
      expect.stringMatching(/order-placed\.avsc: version 2 of test\.OrderPlaced breaks an earlier/),
    ]);
    expect((await check()).problems).toContainEqual(expect.stringContaining('OrderPlaced/2.avsc is missing'));
    workspace.write(
      'schemas/history/exemptions.yaml',
      '- event: test.OrderPlaced\n  version: 2\n  reason: nothing was written yet\n',
    );
    expect(await workspace.run()).toMatchObject({ code: 0, problems: [] });
    expect(await check()).toMatchObject({ code: 0 });
  });

  it('fails when the unit of a released field changes, which Avro itself would let pass', async () => {
    const withTime = (logicalType: string): string => {
      const at = { name: 'at', type: { type: 'long', logicalType }, default: 0 };
      return JSON.stringify({ ...orderPlaced, fields: [...orderPlaced.fields, at] });
    };
    workspace.write('schemas/shop/order-placed.avsc', withTime('timestamp-millis'));
    expect(await workspace.run()).toMatchObject({ code: 0 });
    workspace.commit();
    workspace.write('schemas/shop/order-placed.avsc', withTime('timestamp-micros'));
    expect((await check()).problems).toContainEqual(
      expect.stringMatching(
        /version 3 of test\.OrderPlaced breaks .*timestamp-millis was written, timestamp-micros is read/,
      ),
    );
  });

  it('fails on a topic and on an event that are only in code', async () => {
    workspace.write(
      'apps/kitchen/src/other.ts',
      "consumer.run({ topic: 'orders' });\nconst type = 'test.OrderPlaced';\n",
    );
    expect(await check()).toMatchObject({
      code: 1,
      problems: [
        "apps/kitchen/src/other.ts:1: 'orders' is written by hand; use the contract of @headwater/contracts",
        "apps/kitchen/src/other.ts:2: 'test.OrderPlaced' is written by hand; use the contract of @headwater/contracts",
      ],
    });
    workspace.write(
      'apps/kitchen/src/other.ts',
      "@Subscribe(defineTopic({ name: 'secret_orders' }), { group: 'g' })\nclass A {}\n",
    );
    expect(await check()).toMatchObject({
      code: 1,
      problems: [expect.stringMatching(/^apps\/kitchen\/src\/other\.ts:1: .*secret_orders.*schemas\/topics\.yaml/)],
    });
  });

  it('fails on a subscriber that is not named, and on a named one that does not subscribe', async () => {
    workspace.edit('schemas/topics.yaml', '    subscribers: [kitchen]\n', '');
    expect((await check()).problems).toContainEqual(
      'apps/kitchen/src/main.ts:4: kitchen subscribes to orders and is not named as such; add it to schemas/topics.yaml:3: topics.orders.subscribers',
    );
    workspace.edit('schemas/topics.yaml', 'owner: shop\n', 'owner: shop\n    subscribers: [kitchen, shop, hall]\n');
    expect((await check()).problems).toEqual(
      expect.arrayContaining([
        'schemas/topics.yaml:9: topics.orders.subscribers: there is no service hall in apps/; known are kitchen, shop',
        expect.stringMatching(
          /topics\.yaml:9: topics\.orders\.subscribers: shop has no subscription to it; subscribe in apps\/shop/,
        ),
      ]),
    );
  });

  it('fails on a service that sends to what it does not own, and on an owner that does not send', async () => {
    workspace.write('apps/shop/src/main.ts', '');
    workspace.write('apps/kitchen/src/sending.ts', 'await producer.send(topics.orders, orderPlaced, event);\n');
    expect((await check()).problems).toEqual([
      'apps/kitchen/src/sending.ts:1: kitchen sends to orders, whose owner is shop; a topic has one writer: send to a topic ' +
        'of its own, or change schemas/topics.yaml:8: topics.orders.owner',
      'schemas/topics.yaml:8: topics.orders.owner: shop does not send to it; list topics.orders among what it produces, or name its owner',
    ]);
  });

  it('says what it does, and what it does not know', async () => {
    expect(await workspace.run('--help')).toMatchObject({ code: 0, said: [expect.stringContaining('--check')] });
    expect(await workspace.run('--chek')).toMatchObject({
      code: 2,
      problems: [expect.stringMatching(/^Unknown argument --chek/)],
    });
  });
});
