import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { parse } from 'yaml';
import { WorkspaceUnderTest } from '../../fixtures/workspace-under-test.ts';
import {
  aggregateGenerator,
  connectorGenerator,
  consumerGenerator,
  eventGenerator,
  projectionGenerator,
  removeGenerator,
  serviceGenerator,
  streamsGenerator,
  type ServiceGeneratorOptions,
} from './index.ts';

let workspace: WorkspaceUnderTest;
beforeEach(() => {
  workspace = new WorkspaceUnderTest();
});
afterEach(() => workspace[Symbol.dispose]());

const rich: ServiceGeneratorOptions = {
  name: 'shop-orders',
  owns: 'order_placed(customerId:id total:amount),order_paid',
  subscribes: 'posts',
  rest: true,
  projection: true,
  streams: true,
};
const service = (options: ServiceGeneratorOptions) => (tree: Tree) => serviceGenerator(tree, options);
const refused = async (generator: (tree: Tree) => Promise<GeneratorCallback>): Promise<string> => {
  const before = workspace.files();
  const error = await workspace.run(generator).then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(workspace.files()).toEqual(before);
  expect({ name: error?.name, stack: error?.stack }).toEqual({ name: 'GeneratorError', stack: '' });
  return error!.message;
};
const topics = (): Record<string, Record<string, unknown>> =>
  (parse(workspace.read('schemas/topics.yaml')) as { topics: Record<string, Record<string, unknown>> }).topics;

describe('a service', () => {
  it('is entered wherever services are, and can be removed to the byte', async () => {
    const before = workspace.files();
    const changed = await workspace.run(service(rich));
    for (const file of [
      'tsconfig.json',
      'package-lock.json',
      'docker-compose.yml',
      '.env.example',
      'docs/catalogue.md',
    ])
      expect(changed).toContain(file);
    expect(changed).toEqual(
      expect.arrayContaining(['docs/asyncapi/shop-orders.yaml', 'libs/contracts/src/generated/shop-events.gen.ts']),
    );
    const manifest = JSON.parse(workspace.read('apps/shop-orders/package.json')) as Record<string, unknown>;
    expect(manifest['headwater']).toEqual({
      port: 3002,
      about: 'Shop: orders; API at /docs',
      cases: ['shop'],
      database: 'shop_orders',
    });
    expect(workspace.read('docker-compose.yml')).toContain('        shop-orders=http://shop-orders:3002\n');
    expect(topics()['orders']).toMatchObject({ key: 'orderId', owner: 'shop-orders' });
    expect(topics()['posts']).toMatchObject({ subscribers: ['shop-orders'] });

    await workspace.run((tree) => removeGenerator(tree, { name: 'shop-orders' }));
    const after = workspace.files();
    // What the contracts generator makes of this workspace was not there before the first generator ran.
    for (const file of Object.keys(after))
      if (/^(libs\/contracts\/src|docs\/(asyncapi|catalogue)|schemas\/history)/.test(file))
        Reflect.deleteProperty(after, file);
    expect(after).toEqual(before);
  });

  it('stays as it is when it is generated again, and is completed by what is asked for besides', async () => {
    await workspace.run(service({ ...rich, projection: false, streams: false }));
    expect(await workspace.run(service({ ...rich, projection: false, streams: false }))).toEqual([]);
    const commands = 'apps/shop-orders/src/order/order-commands.ts';
    workspace.write(commands, '// mine\n');
    const changed = await workspace.run(service(rich));
    expect(changed).toContain('apps/shop-orders/src/order-list/order-list.projection.ts');
    expect(workspace.read(commands)).toBe('// mine\n');
    expect(await workspace.run(service(rich))).toEqual([]);
  });

  it('has nothing of what was not asked for', async () => {
    await workspace.run(service({ name: 'shop-mail', subscribes: 'posts' }));
    const module = workspace.read('apps/shop-mail/src/app.module.ts');
    for (const word of ['EventStore', 'Outbox', 'Streams', 'Projections', 'produces', 'Idempotent'])
      expect(module).not.toContain(word);
    await workspace.run(service({ name: 'shop-hours', subscribes: 'posts', streams: true }));
    expect(workspace.read('apps/shop-hours/src/app.module.ts')).not.toContain('Database');
    expect(workspace.read('apps/shop-hours/fixtures/service-under-test.ts')).not.toContain('ostgres');
  });

  it.each<[string, Partial<ServiceGeneratorOptions>, string]>([
    ['a wrong name', { name: '9 lives' }, "'9 lives' cannot be the name of a service"],
    ['a name that is taken', { name: 'social-posts' }, 'apps/social-posts is there already, and was not generated'],
    ['the name of a library', { name: 'contracts' }, 'libs/contracts has that name already'],
    ['an unknown topic', { subscribes: 'pots' }, "There is no topic 'pots' in schemas/topics.yaml: there are posts."],
    ['an event of nothing', { owns: 'placed' }, "'placed' does not say what it happens to"],
    ['events of different things', { owns: 'order_placed,bill_paid' }, 'are of different things'],
    ['a field of no kind', { owns: 'order_placed(total:money)' }, "'total:money' is no field"],
    ['an event that there is', { owns: 'post_published' }, "The topic posts is social-posts's"],
    ['REST for nothing', { rest: true }, 'REST needs something to serve'],
    ['a projection of nothing', { projection: true }, 'A projection needs events'],
    ['streams over nothing', { streams: true }, 'A streams step needs a topic'],
  ])('is refused for %s, in one line, with nothing changed', async (_, options, message) => {
    const said = await refused(service({ name: 'shop-orders', ...options }));
    expect(said).toContain(message);
    expect(said).not.toContain('\n');
  });

  it('takes its contracts from the package of its workspace, and that scope', async () => {
    workspace.write('libs/contracts/package.json', '{ "name": "@mine/contracts", "version": "1.0.0" }\n');
    const lib = workspace.run(service({ name: 'shop-orders', owns: 'order_placed' }));
    await expect(lib).rejects.toThrow('The package @mine/contracts is not installed');
  });
});

describe('further generators', () => {
  it('add an aggregate, an event, a consumer, a projection and a streams step to a service, once', async () => {
    await workspace.run(service({ name: 'shop-carts', owns: 'cart_opened' }));
    const steps: ((tree: Tree) => Promise<GeneratorCallback>)[] = [
      (tree) =>
        aggregateGenerator(tree, {
          name: 'bill',
          service: 'shop-carts',
          events: 'bill_issued(total:amount),bill_paid',
          rest: true,
        }),
      (tree) => eventGenerator(tree, { name: 'cart_filled', service: 'shop-carts', fields: 'pieces:int' }),
      (tree) => consumerGenerator(tree, { topic: 'posts', service: 'shop-carts' }),
      (tree) => projectionGenerator(tree, { name: 'open-bills', service: 'shop-carts', of: 'bill', rest: true }),
      (tree) => streamsGenerator(tree, { topic: 'bills', service: 'shop-carts' }),
    ];
    for (const step of steps) {
      expect((await workspace.run(step)).length).toBeGreaterThan(3);
      expect(await workspace.run(step)).toEqual([]);
    }
    expect(topics()['carts']?.['events']).toEqual(['headwater.shop.CartOpened', 'headwater.shop.CartFilled']);
    const module = workspace.read('apps/shop-carts/src/app.module.ts');
    expect(module.match(/OutboxModule\.forRoot\(/g)).toHaveLength(1);
    expect(module).toContain('produces: [topics.carts, topics.bills, topics.billsPerHour]');
  });

  it('write connectors where apps/connect runs them', async () => {
    await workspace.run((tree) => connectorGenerator(tree, { name: 'post-lake', kind: 'lake', topics: 'posts' }));
    expect(parse(workspace.read('connectors/post-lake.yaml'))).toMatchObject({
      name: 'post-lake',
      config: { topics: ['posts'] },
    });
    expect(
      await refused((tree) => connectorGenerator(tree, { name: 'x', kind: 'capture', topics: 'posts' })),
    ).toContain('--table');
    await workspace.run((tree) => removeGenerator(tree, { name: 'post-lake' }));
    expect(Object.keys(workspace.files())).not.toContain('connectors/post-lake.yaml');
  });

  it('refuse a service that there is not, and a module that they cannot read', async () => {
    expect(await refused((tree) => consumerGenerator(tree, { topic: 'posts', service: 'nobody' }))).toContain(
      "There is no service 'nobody' in apps/: there are connect, social-posts.",
    );
    await workspace.run(service({ name: 'shop-mail' }));
    workspace.write('apps/shop-mail/src/app.module.ts', 'export class AppModule {}\n');
    expect(await refused((tree) => consumerGenerator(tree, { topic: 'posts', service: 'shop-mail' }))).toContain(
      'apps/shop-mail/src/app.module.ts: Module({ … }) is not where a generator finds it',
    );
  });

  it('take each part away again, to the byte, with all that only it needed', async () => {
    const [bills, events] = ['bill_issued(total:amount),bill_paid', 'cart_opened(pieces:int)'] as const;
    const added: readonly [string, (tree: Tree) => Promise<GeneratorCallback>][] = [
      ['posts', (tree) => consumerGenerator(tree, { topic: 'posts', service: 'shop-carts' })],
      ['bill', (tree) => aggregateGenerator(tree, { name: 'bill', service: 'shop-carts', events: bills, rest: true })],
      ['cart', (tree) => aggregateGenerator(tree, { name: 'cart', service: 'shop-carts', events, model: 'tables' })],
      ['cart_left', (tree) => eventGenerator(tree, { name: 'cart_left', service: 'shop-carts' })],
      ['open-bills', (tree) => projectionGenerator(tree, { name: 'open-bills', service: 'shop-carts', of: 'bill' })],
      ['bills-per-hour', (tree) => streamsGenerator(tree, { topic: 'bills', service: 'shop-carts' })],
      ['posts-per-hour', (tree) => streamsGenerator(tree, { topic: 'posts', service: 'shop-carts' })],
    ];
    const states: Record<string, string>[] = [];
    await workspace.run(service({ name: 'shop-carts' }));
    for (const [, add] of added) {
      states.push(workspace.files());
      await workspace.run(add);
    }
    for (const [name] of added.toReversed()) {
      await workspace.run((tree) => removeGenerator(tree, { name, service: 'shop-carts' }));
      expect({ name, files: workspace.files() }).toEqual({ name, files: states.pop() });
    }
  });

  it('give operators a door to the topics that are handled, and to no others', async () => {
    await workspace.run(service({ name: 'shop-mail', owns: 'letter_sent' }));
    await workspace.run(service({ name: 'shop-carts', subscribes: 'posts' }));
    const run = (generator: (tree: Tree) => Promise<GeneratorCallback>) => workspace.run(generator);
    const remove = (name: string) => run((tree) => removeGenerator(tree, { name, service: 'shop-carts' }));
    const module = (): string => workspace.read('apps/shop-carts/src/app.module.ts').replaceAll(/\s+/g, ' ');
    const handled = (): string | undefined =>
      /RedriveModule\.forRootAsync\(.*?topics: \[(.*?)\], dataSource/.exec(module())?.[1];
    expect(handled()).toBe('topics.posts');
    await run((tree) => consumerGenerator(tree, { topic: 'letters', service: 'shop-carts' }));
    expect(handled()).toBe('topics.posts, topics.letters');
    await run((tree) => projectionGenerator(tree, { name: 'known-posts', service: 'shop-carts', of: 'posts' }));
    await run((tree) => streamsGenerator(tree, { topic: 'posts', service: 'shop-carts' }));
    expect(handled()).toBe('topics.posts, topics.letters');

    await remove('posts');
    expect(handled()).toBe('topics.posts, topics.letters');
    await remove('known-posts');
    expect(handled()).toBe('topics.letters');
    expect(module()).toContain('topicSetup.ensure([topics.posts, topics.postsPerHour]');
    await remove('letters');
    for (const word of ['RedriveModule', 'DataSource', 'dataSource', 'Parked', 'Database'])
      expect(module()).not.toContain(word);
    expect(module()).toContain('topicSetup.ensure([topics.posts, topics.postsPerHour]');
  });

  it('remove no part that is used, and none that there is not', async () => {
    await workspace.run(service({ ...rich, subscribes: '' }));
    await workspace.run((tree) => eventGenerator(tree, { name: 'order_lost', service: 'shop-orders' }));
    const removal = (name: string) => refused((tree) => removeGenerator(tree, { name, service: 'shop-orders' }));
    expect(await removal('order')).toMatch(
      /^order of shop-orders cannot be removed: apps\/shop-orders\/src\/order\S* uses it\. .*first\.$/,
    );
    expect(await removal('order_paid')).toMatch(
      /^The event OrderPaid cannot be removed: apps\/shop-orders\/\S* names it\./,
    );
    expect(await removal('bill')).toBe(
      "shop-orders has no part 'bill' and no event of that name: it has order, order-list, orders-per-hour, order_placed, order_paid, order_lost, orders_counted.",
    );
    await workspace.run(service({ name: 'shop-mail', subscribes: 'orders_per_hour' }));
    expect(await removal('orders-per-hour')).toBe(
      'orders-per-hour of shop-orders cannot be removed: shop-mail subscribes to its topic orders_per_hour. Remove the subscription first.',
    );
  });

  it('remove no service whose topics are read by another or by a connector', async () => {
    await workspace.run(service({ name: 'shop-orders', owns: 'order_placed' }));
    await workspace.run(service({ name: 'shop-mail', subscribes: 'orders' }));
    const removal = (tree: Tree): Promise<GeneratorCallback> => removeGenerator(tree, { name: 'shop-orders' });
    expect(await refused(removal)).toBe(
      'shop-orders cannot be removed: shop-mail subscribes to its topic orders. Remove the subscription first.',
    );
    await workspace.run((tree) => removeGenerator(tree, { name: 'shop-mail' }));
    workspace.write('connectors/lake.yaml', 'topics: [orders]\n');
    expect(await refused(removal)).toContain('connectors/lake.yaml names its topic orders');
  });
});
