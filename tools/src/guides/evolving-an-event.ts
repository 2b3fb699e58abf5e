/**
 * The steps of docs/guides/evolving-an-event.md, run for real. Each gives the text that the guide shows under its name; a test holds
 * the two together.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { runContracts } from '@headwater/contracts-generator';
import { MessagingError } from '@headwater/messaging';
import { OrderService, registered, type GuideKafka } from './order-service.ts';
import {
  fieldsOf,
  orderBy,
  schemaOf,
  topicOf,
  versions,
  type Order,
  type Version,
  type VersionName,
} from './order-versions.ts';

/** An order as a reader of one version must see what a service of another wrote. */
function expected(writer: Version, reader: Version): Order {
  const written = orderBy(writer);
  return Object.fromEntries(
    fieldsOf[reader].map((field) => [field.name, written[field.name] ?? (field as { default?: unknown }).default]),
  );
}

const shown = (order: Order): string =>
  Object.entries(order)
    .filter(([name]) => name !== 'eventId' && name !== 'orderId')
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

const byId = (orders: readonly Order[]): Order[] =>
  [...orders].sort((one, other) => String(one['orderId']).localeCompare(String(other['orderId'])));

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}

/** Starts the versions one after the other; each sends as soon as it has started. @returns what each version received in the end. */
async function runInOrder(kafka: GuideKafka, topic: string, order: readonly Version[]): Promise<Map<Version, Order[]>> {
  await using services = new AsyncDisposableStack();
  const started: OrderService[] = [];
  for (const version of order) {
    const service = services.use(await OrderService.start(kafka, topic, version));
    started.push(service);
    await service.send();
    // All that run meanwhile read it, old ones too.
    await Promise.all(started.map((running) => running.receive(started.length)));
  }
  return new Map(started.map((service) => [service.version, byId(service.received)]));
}

async function everyVersionReadsEveryOther(kafka: GuideKafka): Promise<string> {
  const received = await runInOrder(kafka, 'guide_orders', versions);
  return versions
    .flatMap((writer, index) =>
      versions.map((reader) => `written by v${writer}, read by v${reader}: ${shown(received.get(reader)![index]!)}`),
    )
    .join('\n');
}

async function inEveryOrder(kafka: GuideKafka): Promise<string> {
  const lines: string[] = [];
  for (const [index, order] of permutations(versions).entries()) {
    const received = await runInOrder(kafka, `guide_orders_${index + 1}`, order);
    const right = versions.flatMap((reader) =>
      versions.filter((writer, at) => isDeepStrictEqual({ ...received.get(reader)![at] }, expected(writer, reader))),
    );
    lines.push(
      `started ${order.map((version) => `v${version}`).join(', ')}: ${right.length} of 9 reads as they must be`,
    );
  }
  return lines.join('\n');
}

async function refusedByTheRegistry(kafka: GuideKafka): Promise<string> {
  try {
    await registered(kafka, 'guide_orders', 'mandatory');
    return 'registered';
  } catch (error) {
    if (!(error instanceof MessagingError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const topicsYaml = `topics:
  orders:
    doc: Orders.
    key: orderId
    partitions: 1
    cleanupPolicy: delete
    retention: forever
    owner: shop
    events: [shop.OrderPlaced]
`;

/** A workspace in which version 3 was released, and in which another version is about to be. */
class GuideWorkspace implements Disposable {
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-guide-'));

  constructor(next: VersionName) {
    this.write('schemas/topics.yaml', topicsYaml);
    this.write('schemas/history/shop.OrderPlaced/1.avsc', schemaOf(3));
    this.write('schemas/shop/order-placed.avsc', schemaOf(next));
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(this.root, file)), { recursive: true });
    fs.writeFileSync(path.join(this.root, file), text);
  }

  async run(): Promise<string> {
    const lines: string[] = [];
    const code = await runContracts(this.root, [], {
      // What is written besides is the same at every change.
      log: (line) => {
        if (line.includes('history')) lines.push(line);
      },
      error: (line) => {
        lines.push(line);
      },
    });
    return [...lines, `exit code ${code}`].join('\n');
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.root, { recursive: true });
  }
}

async function refusedByTheCheck(next: VersionName): Promise<string> {
  using workspace = new GuideWorkspace(next);
  return await workspace.run();
}

/** To the registry a decimal is its bytes. */
async function refusedByTheCheckAlone(kafka: GuideKafka): Promise<string> {
  await registered(kafka, 'guide_rescaled', 3);
  await registered(kafka, 'guide_rescaled', 'rescaled');
  return `the registry took it\n${await refusedByTheCheck('rescaled')}`;
}

/** The guide shows this file. */
const exemptions = path.resolve(import.meta.dirname, '../../src/guides/exemptions.yaml');

async function answeredFor(): Promise<string> {
  using workspace = new GuideWorkspace('mandatory');
  workspace.write('schemas/history/exemptions.yaml', fs.readFileSync(exemptions, 'utf8'));
  return await workspace.run();
}

async function letThrough(kafka: GuideKafka): Promise<string> {
  const subject = topicOf('guide_orders', 'mandatory').subjectOf({ name: 'shop.OrderPlaced' } as never);
  const ask = async (method: string, at: string, body?: object): Promise<string> => {
    const answer = await fetch(`${kafka.registryUrl}/${at}`, {
      method,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return `${method} /${at}${body ? ` ${JSON.stringify(body)}` : ''} -> ${await answer.text()}`;
  };
  const lines = [await ask('PUT', `config/${subject}`, { compatibility: 'NONE' })];
  await registered(kafka, 'guide_orders', 'mandatory');
  lines.push(await ask('GET', `subjects/${subject}/versions`));
  lines.push(await ask('PUT', `config/${subject}`, { compatibility: 'FULL_TRANSITIVE' }));
  return lines.join('\n');
}

/** Runs every step, in order. @param tell is given each step's name and text as soon as it is there. */
export async function runGuide(kafka: GuideKafka, tell: (step: string, text: string) => void): Promise<void> {
  tell('every-version-reads-every-other', await everyVersionReadsEveryOther(kafka));
  tell('in-every-order', await inEveryOrder(kafka));
  tell('refused-by-the-registry', await refusedByTheRegistry(kafka));
  tell('refused-by-the-check', await refusedByTheCheck('mandatory'));
  tell('refused-by-the-check-alone', await refusedByTheCheckAlone(kafka));
  tell('answered-for', await answeredFor());
  tell('let-through', await letThrough(kafka));
}
