/** A workspace in a temporary folder, with one topic, one event and the two services that send and receive it. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runContracts } from './index.ts';

export const topicsYaml = `topics:
  orders:
    doc: Orders.
    key: orderId
    partitions: 3
    cleanupPolicy: delete
    retention: 7d
    owner: shop
    subscribers: [kitchen]
    events: [test.OrderPlaced]
`;

export const orderPlaced = {
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'test',
  doc: 'Somebody ordered.',
  fields: [
    { name: 'eventId', type: 'string' },
    { name: 'orderId', type: 'string' },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
};

const shop = `import { topics } from '@headwater/contracts';
export const options = { produces: [topics.orders] };
`;

const kitchen = `import { topics } from '@headwater/contracts';
const group = 'kitchen.orders';
class Kitchen {
  @Subscribe(topics.orders, { group })
  onOrder() {}
}
`;

export interface CommandResult {
  readonly code: number;
  readonly said: readonly string[];
  readonly problems: readonly string[];
}

export class Workspace implements Disposable {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'contracts-'));

  constructor() {
    this.write('schemas/topics.yaml', topicsYaml);
    this.write('schemas/shop/order-placed.avsc', JSON.stringify(orderPlaced));
    for (const [name, source] of [
      ['shop', shop],
      ['kitchen', kitchen],
    ] as const) {
      this.write(`apps/${name}/package.json`, JSON.stringify({ name, version: '1.2.3', description: `The ${name}.` }));
      this.write(`apps/${name}/src/main.ts`, source);
    }
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(this.root, file)), { recursive: true });
    fs.writeFileSync(path.join(this.root, file), text);
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.root, file), 'utf8');
  }

  edit(file: string, from: string | RegExp, to: string): void {
    const before = this.read(file);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} does not hold ${String(from)}`);
    this.write(file, after);
  }

  /** Commits all, so that what was written counts as released. */
  commit(): void {
    const git = (...args: string[]): void => {
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: this.root });
    };
    if (!fs.existsSync(path.join(this.root, '.git'))) git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'release', '--allow-empty');
  }

  async run(...args: string[]): Promise<CommandResult> {
    const said: string[] = [];
    const problems: string[] = [];
    const code = await runContracts(this.root, args, {
      log: (line) => said.push(line),
      error: (line) => problems.push(line),
    });
    return { code, said, problems };
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.root, { recursive: true });
  }
}
