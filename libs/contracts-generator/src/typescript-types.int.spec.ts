import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Workspace } from './workspace.fixture.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const compiler = path.join(root, 'node_modules/@typescript/native/bin/tsc');

const logical = (type: string, logicalType: string, more: object = {}): object => ({ type, logicalType, ...more });
const cents = logical('bytes', 'decimal', { precision: 12, scale: 2 });
const card = {
  type: 'record',
  name: 'CardPayment',
  doc: 'Paid by card.',
  fields: [{ name: 'lastDigits', type: 'string' }],
};
const cash = { type: 'record', name: 'CashPayment', fields: [{ name: 'given', type: cents }] };

/** Everything that a schema can hold. */
const invoiceIssued = {
  type: 'record',
  name: 'InvoiceIssued',
  namespace: 'test.billing',
  doc: 'An invoice went out.\nIt is never changed.',
  fields: [
    { name: 'eventId', type: logical('string', 'uuid') },
    { name: 'invoiceId', type: 'string' },
    { name: 'total', type: cents, doc: 'What is to be paid.' },
    { name: 'discount', type: ['null', cents], default: null },
    { name: 'day', type: logical('int', 'date') },
    { name: 'opensAt', type: logical('int', 'time-millis') },
    { name: 'closesAt', type: logical('long', 'time-micros') },
    { name: 'issuedAt', type: logical('long', 'timestamp-millis') },
    { name: 'measuredAt', type: logical('long', 'timestamp-micros') },
    { name: 'localAt', type: logical('long', 'local-timestamp-millis') },
    { name: 'due', type: { type: 'fixed', name: 'DueIn', size: 12, logicalType: 'duration' } },
    { name: 'digest', type: { type: 'fixed', name: 'Digest', size: 32 } },
    { name: 'state', type: { type: 'enum', name: 'InvoiceState', symbols: ['open', 'paid'], default: 'open' } },
    { name: 'payment', type: ['null', card, cash, 'string', 'long'], default: null },
    { name: 'lines', type: { type: 'array', items: ['null', 'string'] } },
    { name: 'labels', type: { type: 'map', values: { type: 'array', items: 'CardPayment' } } },
    {
      name: 'root',
      type: {
        type: 'record',
        name: 'Position',
        fields: [
          { name: 'text', type: 'string' },
          { name: 'parts', type: { type: 'array', items: 'Position' } },
        ],
      },
    },
  ],
};

/** Another context, which defines one of the types alike. */
const cardSeen = {
  type: 'record',
  name: 'CardSeen',
  namespace: 'test.billing',
  fields: [
    { name: 'eventId', type: 'string' },
    { name: 'invoiceId', type: 'string' },
    { name: 'card', type: card },
  ],
};

/** Code that compiles only when the types are what they should be. */
const usage = `import { cardSeen, invoiceIssued, topics, type CardPayment, type InvoiceIssued } from './index.ts';
const issued: InvoiceIssued = {
  eventId: '0b6f5c1e-3f5e-4c57-9d3c-5a1f0e9a7c11', invoiceId: 'i1', total: '12.50', discount: null, day: '2018-03-12',
  opensAt: '08:00:00.000', closesAt: '18:00:00.000001', issuedAt: new Date(0), measuredAt: '2018-03-12T18:44:15.123456Z',
  localAt: '2018-03-12T18:44:15.123', due: { months: 1, days: 0, milliseconds: 0 }, digest: Buffer.alloc(32), state: 'open',
  payment: { type: 'CardPayment', lastDigits: '1234' }, lines: ['a', null], labels: { seen: [{ lastDigits: '1' }] },
  root: { text: 'a', parts: [{ text: 'b', parts: [] }] },
};
export const body: Buffer = invoiceIssued.encode(issued);
export function textOf({ payment }: InvoiceIssued): string {
  switch (payment?.type) {
    case undefined: return 'none';
    case 'CardPayment': return payment.lastDigits;
    case 'CashPayment': return payment.given;
    case 'string': return payment.value;
    case 'long': return payment.value.toFixed();
  }
}
const paid: CardPayment = cardSeen.decode(body).card;
// @ts-expect-error a name is no amount
export const wrong: InvoiceIssued = { ...issued, total: 'much' };
// @ts-expect-error a union's value carries its type
export const untagged: InvoiceIssued = { ...issued, payment: { lastDigits: '1234' } };
// @ts-expect-error there is no such state
export const unknown: InvoiceIssued = { ...issued, state: 'lost' };
export const key: string = topics.invoices.keyOf({ ...issued });
export const seen = paid;
`;

const topicsYaml = (events: string): string =>
  `topics:\n  invoices:\n    doc: Invoices.\n    key: invoiceId\n    partitions: 1\n    cleanupPolicy: delete\n    retention: forever\n    owner: shop\n    subscribers: [kitchen]\n    events: ${events}\n`;

describe('the generated types', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
    fs.rmSync(path.join(workspace.root, 'schemas'), { recursive: true });
    for (const name of ['shop', 'kitchen'])
      workspace.edit(`apps/${name}/src/main.ts`, 'topics.orders', 'topics.invoices');
    workspace.write('schemas/topics.yaml', topicsYaml('[test.billing.InvoiceIssued, test.billing.CardSeen]'));
    workspace.write('schemas/billing/invoice-issued.avsc', JSON.stringify(invoiceIssued));
    workspace.write('schemas/cards/card-seen.avsc', JSON.stringify(cardSeen));
  });
  afterEach(() => workspace[Symbol.dispose]());

  const billing = (): string => workspace.read('libs/contracts/src/generated/billing-events.gen.ts');

  it('compile, and take and give what a schema says', async () => {
    expect(await workspace.run()).toMatchObject({ code: 0, problems: [] });
    fs.cpSync(path.join(root, 'libs/contracts/src'), path.join(workspace.root, 'libs/contracts/src'), {
      recursive: true,
      filter: (source) => !source.includes('generated') && !source.endsWith('.spec.ts'),
    });
    fs.symlinkSync(path.join(root, 'node_modules'), path.join(workspace.root, 'node_modules'));
    workspace.write('package.json', JSON.stringify({ type: 'module' }));
    workspace.write('libs/contracts/src/generated/usage.ts', usage);
    const base = JSON.parse(fs.readFileSync(path.join(root, 'tsconfig.base.json'), 'utf8')) as {
      compilerOptions: object;
    };
    const compilerOptions = {
      ...base.compilerOptions,
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      types: ['node'],
    };
    workspace.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['libs/contracts/src/**/*.ts'] }));
    const output = ((): string => {
      try {
        return execFileSync(process.execPath, [compiler, '-p', workspace.root], { encoding: 'utf8' });
      } catch (error) {
        return String((error as { stdout?: string }).stdout);
      }
    })();
    expect(output).toBe('');
  });

  it('say in docstrings what the schema says, and what a type cannot', async () => {
    await workspace.run();
    expect(billing()).toContain(
      '/**\n * An invoice went out.\n * It is never changed.\n */\nexport interface InvoiceIssued {',
    );
    expect(billing()).toContain(
      '  /**\n   * What is to be paid.\n   * At most 10 digits before the point, 2 after it.\n   */\n  readonly total: Decimal;',
    );
    expect(billing()).toContain('/** 32 bytes. */\nexport type Digest = Buffer;');
  });

  it('are written once, though two contexts define them', async () => {
    await workspace.run();
    const cards = workspace.read('libs/contracts/src/generated/cards-events.gen.ts');
    expect(billing()).toContain('export interface CardPayment {');
    expect(cards).toContain("import type { CardPayment } from './billing-events.gen.ts';");
    expect(cards).not.toContain('export interface CardPayment');
  });

  it.each([
    [
      'a name with two meanings',
      '"lastDigits"',
      '"digits"',
      /cards\/card-seen\.avsc: CardSeen\.card: test\.billing\.CardPayment differs from the .*invoice-issued\.avsc/,
    ],
    [
      'a name that hides a type of TypeScript',
      '"CardPayment"',
      '"Record"',
      /card-seen\.avsc: CardSeen\.card: the name Record is that of a type of TypeScript/,
    ],
    [
      'an unknown logical type',
      '"type":"string"},{"name":"invoiceId"',
      '"type":{"type":"string","logicalType":"uuids"}},{"name":"invoiceId"',
      /card-seen\.avsc: not an Avro schema: logicalType uuids has no form here; known are date/,
    ],
  ])('are refused with the file and the place: %s', async (_, from, to, message) => {
    workspace.edit('schemas/cards/card-seen.avsc', from, to);
    const { code, problems } = await workspace.run();
    expect(code).toBe(1);
    expect(problems.join('\n')).toMatch(message);
  });

  it('are refused when a branch of a union has a field type of its own', async () => {
    const typed = { ...card, fields: [...card.fields, { name: 'type', type: 'string' }] };
    for (const [file, schema] of [
      ['schemas/billing/invoice-issued.avsc', invoiceIssued],
      ['schemas/cards/card-seen.avsc', cardSeen],
    ] as const)
      workspace.write(file, JSON.stringify(schema).replace(JSON.stringify(card), JSON.stringify(typed)));
    expect((await workspace.run()).problems.join('\n')).toMatch(
      /InvoiceIssued\.payment: CardPayment has a field type, by which branches of a union are told apart; rename it/,
    );
  });
});
