/** A workspace outside of this one, made as a user makes it, from the packed packages, in an empty folder. */
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { pack } from './index.ts';
import { Outside } from './outside.fixture.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const outside = new Outside();
const workspace = outside.path('my-platform');
const nx = (...args: string[]) => outside.succeed('node', ['node_modules/nx/dist/bin/nx.js', ...args], workspace);

interface Endpoints {
  readonly broker: string;
  readonly orders: string;
  readonly kitchen: string;
}

/** Starts the workspace on free ports. @returns its addresses, and how to end it */
async function start(): Promise<{ endpoints: Endpoints; stop: () => Promise<number | null> }> {
  const child = outside.start('npm', ['start', '--', '--ports', 'auto'], workspace);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout! })) {
    said += `${line}\n`;
    const [, file] = /^ready endpoints=(\S+)/.exec(line) ?? [];
    if (file === undefined) continue;
    const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
    const { launcher } = JSON.parse(readFileSync(path.join(path.dirname(file), 'processes.json'), 'utf8')) as {
      launcher: number;
    };
    const stop = (): Promise<number | null> => {
      process.kill(launcher, 'SIGTERM');
      return ended;
    };
    return { endpoints, stop };
  }
  throw new Error(`npm start ended before it was ready:\n${said}`);
}

/** Places an order over REST and waits until its event is in the topic. @returns the keys that the topic carries */
async function placeOrder({ broker, orders }: Endpoints): Promise<string> {
  const kafka = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: 'someone-who-looks' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  const seen = new Promise<string>((resolve) => {
    const eachMessage = ({ message }: kafkajs.EachMessagePayload): Promise<void> => {
      resolve(String(message.key));
      return Promise.resolve();
    };
    void consumer.run({ eachMessage });
  });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ orderId: 'order-1' });
  const response = await fetch(`${orders}/orders`, { method: 'POST', headers, body });
  expect(response.status).toBe(201);
  const key = await seen;
  await consumer.disconnect();
  return key;
}

beforeAll(async () => {
  const packed = pack(root, outside.path('packages'));
  const creator = packed.find(({ name }) => name === 'create-headwater')!;
  await outside.succeed('npm', ['install', '--prefix', 'creator', '--no-audit', '--no-fund', creator.file]);
}, 300_000);

afterAll(() => outside[Symbol.dispose]());

describe('a workspace made by npm create headwater', () => {
  it('has three services and carries an event from the first on', async () => {
    const startMs = performance.now();
    const create = ['creator/node_modules/.bin/create-headwater', 'my-platform', '--packages', 'packages'];
    expect(await outside.succeed('node', create)).toContain('my-platform is ready.');
    await nx('g', '@headwater/nx:service', 'kitchen', '--context', 'shop', '--subscribes', 'orders');
    await nx('g', '@headwater/nx:service', 'shipping', '--context', 'shop', '--owns', 'parcel_sent', '--rest');
    const { endpoints, stop } = await start();
    expect(Object.keys(endpoints)).toEqual(expect.arrayContaining(['orders', 'kitchen', 'shipping']));
    expect(await placeOrder(endpoints)).toBe('order-1');
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    process.stderr.write(
      `From the command to the first event seen, with two further services generated: ${seconds} s\n`,
    );
    const parked = await fetch(`${endpoints.kitchen}/messaging/parked-keys`);
    expect({ status: parked.status, keys: await parked.json() }).toEqual({ status: 200, keys: [] });
    expect(await stop()).toBe(0);
  }, 900_000);

  it('passes its own tests and its contracts', async () => {
    expect(await outside.succeed('npm', ['test'], workspace)).toMatch(/Tests:\s+\d+ passed/);
    await outside.succeed('npm', ['run', 'contracts', '--', '--check'], workspace);
  }, 600_000);

  it('loses a service without a trace', async () => {
    await nx('g', '@headwater/nx:remove', 'shipping');
    expect(existsSync(path.join(workspace, 'apps/shipping'))).toBe(false);
    expect(readFileSync(path.join(workspace, 'schemas/topics.yaml'), 'utf8')).not.toContain('shipping');
    await outside.succeed('npm', ['run', 'build'], workspace);
    await outside.succeed('npm', ['run', 'contracts', '--', '--check'], workspace);
  }, 300_000);

  it('is not made where something is already, nor without a name that can be one', async () => {
    const create = (...args: string[]) =>
      outside.run('node', ['creator/node_modules/.bin/create-headwater', ...args, '--packages', 'packages']);
    expect(await create('my-platform')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/is not empty: .*\n$/),
    });
    expect(await create('My_Platform')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^'My_Platform' cannot .*\n$/),
    });
    expect(await create()).toMatchObject({ code: 1, output: expect.stringMatching(/^Give one name .*\n$/) });
  });
});
