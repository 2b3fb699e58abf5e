/** The service under test, with what is around it: broker, PostgreSQL, the ledger's changes as the capture writes them, streams. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import {
  transactionChange,
  topics,
  type Decimal,
  type TransactionChange,
  type TransactionRow,
} from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock, TopicSetup } from '@headwater/messaging';
import { startService, type RunningService } from '@headwater/service-kit';
import { type RunningPostgres } from '@headwater/testkit';
import { message, type GivenMessage } from '@headwater/testkit/specification';
import { AppModule } from './app.module.ts';
import { type AlertResponse } from './alert/alert.responses.ts';
import { service } from './service.ts';

export interface Around {
  readonly kafka: { readonly bootstrapServers: string; readonly registryUrl: string };
  readonly postgres: RunningPostgres;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The topic that connect owns, as it is there before alerts are. */
export async function createTopics({ bootstrapServers, registryUrl }: Around['kafka']): Promise<void> {
  const client = createKafkajsClient({
    clientId: 'spec',
    bootstrapServers: bootstrapServers.split(','),
    clock: systemClock,
  });
  await new TopicSetup(client).ensure([topics.bankTransactions]);
  await new EventCodec(registryUrl).register([topics.bankTransactions]);
}

export async function startAlerts({ kafka, postgres, environment = {} }: Around): Promise<RunningService> {
  return await startService(AppModule, {
    ...service,
    environment: {
      PORT: '0',
      LOG_LEVEL: 'silent',
      DATABASE_URL: await postgres.createDatabase('mybank_alerts'),
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers,
      SCHEMA_REGISTRY_URL: kafka.registryUrl,
      ...environment,
    },
  });
}

export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Record<string, unknown>;
}

export async function send(
  running: RunningService,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${running.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answered = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, etag: response.headers.get('etag'), body: answered };
}

let transactions = 0;

/** A debit of 1,250.00 GBP of ann's account a1, unless said otherwise. `op` is r for a row of a snapshot. */
export function transactionOf(row: Partial<TransactionRow> = {}, op = 'c'): TransactionChange {
  transactions += 1;
  return {
    before: null,
    after: {
      transaction_id: `t${transactions}`,
      account_id: 'a1',
      user_id: 'ann',
      currency: 'GBP',
      amount: '-1250.00' as Decimal,
      counterparty: 'Acme',
      description: 'Chairs',
      booked_at: '2020-06-01T12:00:00.000000Z',
      recorded_at: '2020-06-01T12:00:01.000000Z',
      ...row,
    } as TransactionRow,
    source: {
      version: '1',
      connector: 'postgresql',
      name: 'mybank_ledger',
      ts_ms: 1_590_000_000_000,
      snapshot: op === 'r' ? 'true' : 'false',
      db: 'mybank_ledger',
      sequence: null,
      schema: 'public',
      table: 'transactions',
      txId: transactions,
      lsn: transactions,
    },
    op,
    ts_ms: 1_590_000_000_000,
  };
}

/** As the capture writes it: the message's id is its place in the log. */
export const captured = (change: TransactionChange): GivenMessage =>
  message(topics.bankTransactions, transactionChange, change, `mybank_ledger-${change.source.lsn}`);

/** A reader of a user's live stream. */
export class StreamReader {
  readonly alerts: AlertResponse[] = [];
  readonly ids: number[] = [];
  private text = '';
  private wake: (() => void) | undefined;

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (piece: string) => this.take(piece));
    response.on('error', () => undefined);
  }

  static async open(running: RunningService, userId: string, lastEventId?: number): Promise<StreamReader> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) };
    const request = get(`${running.url}/users/${userId}/alerts/stream`, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new StreamReader(response);
  }

  /** Waits until so many alerts have come. */
  async have(count: number): Promise<readonly AlertResponse[]> {
    while (this.alerts.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.alerts;
  }

  close(): void {
    this.response.destroy();
  }

  private take(piece: string): void {
    this.text += piece;
    const events = this.text.split('\n\n');
    this.text = events.pop() ?? '';
    for (const event of events) {
      const [, id] = /^id: (.*)$/m.exec(event) ?? [];
      const [, data] = /^data: (.*)$/m.exec(event) ?? [];
      if (id === undefined || data === undefined) continue;
      this.ids.push(Number(id));
      this.alerts.push(JSON.parse(data) as AlertResponse);
    }
    this.wake?.();
  }
}
