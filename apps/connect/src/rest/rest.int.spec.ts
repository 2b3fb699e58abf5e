import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import {
  ConnectStage,
  Ledger,
  persist,
  request,
  startPostgres,
  until,
  type Answer,
  type RunningPostgres,
} from '../../fixtures/connect-stage.ts';

let broker: RunningBroker;
let postgres: RunningPostgres;
let stage: ConnectStage;
let worker: RunningService;
let ledger: Ledger;

beforeAll(async () => {
  [broker, postgres] = await Promise.all([
    startBroker({ flush: 'os', config: { 'group.initial.rebalance.delay.ms': '0' } }),
    startPostgres(),
  ]);
  stage = new ConnectStage(broker);
  worker = await stage.worker();
  await stage.ready(worker);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await Promise.all([broker.close(), postgres.close()]);
});

beforeEach(async () => {
  ledger = await Ledger.open(postgres);
});

afterEach(async () => {
  for (const name of (await get('/connectors')).body as string[]) await change('DELETE', `/connectors/${name}`);
  await ledger[Symbol.asyncDispose]();
});

const get = (where: string): Promise<Answer> => request(worker.url, 'GET', where);
const change = (method: string, where: string, body?: unknown): Promise<Answer> =>
  persist(worker.url, method, where, body);
const taskState = async (name: string): Promise<string | undefined> =>
  ((await get(`/connectors/${name}/status`)).body as { tasks: { state: string }[] }).tasks[0]?.state;
const reaches = (name: string, state: string | undefined): Promise<void> =>
  until(async () => (await taskState(name)) === state);

describe('connectors over REST', () => {
  it('are created, shown, changed and deleted with the answers of Kafka Connect', async () => {
    const wanted = ledger.connector('bank');
    const created = await change('POST', '/connectors', wanted);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/connectors/bank');
    const info = {
      name: 'bank',
      config: { ...wanted.config, name: 'bank' },
      tasks: [{ connector: 'bank', task: 0 }],
      type: 'source',
    };
    expect(created.body).toEqual(info);
    expect(await change('POST', '/connectors', wanted)).toMatchObject({ status: 409, body: { error_code: 409 } });
    expect((await get('/connectors')).body).toEqual(['bank']);
    expect((await get('/connectors/bank')).body).toEqual(info);
    expect((await get('/connectors/bank/config')).body).toEqual(info.config);
    expect((await get('/connectors/bank/tasks')).body).toMatchObject([
      { id: { connector: 'bank', task: 0 }, config: wanted.config },
    ]);
    await reaches('bank', 'RUNNING');
    const host = new URL(worker.url).host;
    expect((await get('/connectors/bank/status')).body).toEqual({
      name: 'bank',
      connector: { state: 'RUNNING', worker_id: host },
      tasks: [{ id: 0, state: 'RUNNING', worker_id: host }],
      type: 'source',
    });
    expect((await get('/connectors/bank/tasks/0/status')).body).toMatchObject({ id: 0, state: 'RUNNING' });
    const expanded = await get('/connectors?expand=status&expand=info');
    expect(expanded.body).toMatchObject({ bank: { status: { name: 'bank' }, info: { name: 'bank' } } });
    const config = { ...wanted.config, 'heartbeat.interval.ms': 5000 };
    expect(await change('PUT', '/connectors/bank/config', config)).toMatchObject({
      status: 200,
      body: { config: { 'heartbeat.interval.ms': '5000' } },
    });
    expect(
      (await change('PUT', '/connectors/other/config', { ...ledger.connector('other').config, 'slot.name': 'other' }))
        .status,
    ).toBe(201);
    expect((await change('DELETE', '/connectors/bank')).status).toBe(204);
    expect((await change('DELETE', '/connectors/other')).status).toBe(204);
    expect((await get('/connectors')).body).toEqual([]);
    for (const where of ['', '/config', '/status', '/tasks', '/offsets'])
      expect(await get(`/connectors/bank${where}`)).toMatchObject({ status: 404, body: { error_code: 404 } });
    await until(
      async () =>
        (
          await ledger.db.query('SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1 AND active', [
            ledger.name,
          ])
        ).rowCount === 0,
    );
    await ledger.dropOther('other');
  });

  it('pause, stop and resume, and begin anew when they are told to', async () => {
    await ledger.pay(2);
    await change('POST', '/connectors', { ...ledger.connector('bank'), initial_state: 'PAUSED' });
    await reaches('bank', 'PAUSED');
    expect((await get('/connectors/bank/offsets')).body).toEqual({ offsets: [] });
    expect((await change('PUT', '/connectors/bank/resume')).status).toBe(202);
    await reaches('bank', 'RUNNING');
    const streams = async (): Promise<boolean> => {
      const { offsets } = (await get('/connectors/bank/offsets')).body as { offsets: object[] };
      return JSON.stringify(offsets).includes('"stream"');
    };
    await until(streams);
    expect((await get('/connectors/bank/offsets')).body).toMatchObject({
      offsets: [
        { partition: { slot: ledger.name }, offset: { phase: 'stream', snapshot_rows: 4, lsn: expect.any(String) } },
      ],
    });
    expect((await change('DELETE', '/connectors/bank/offsets')).status).toBe(400);
    expect((await change('PUT', '/connectors/bank/pause')).status).toBe(202);
    await reaches('bank', 'PAUSED');
    expect((await get('/connectors/bank/status')).body).toMatchObject({ connector: { state: 'PAUSED' } });
    expect((await change('PUT', '/connectors/bank/stop')).status).toBe(202);
    await reaches('bank', undefined);
    expect((await get('/connectors/bank/status')).body).toMatchObject({ connector: { state: 'STOPPED' }, tasks: [] });
    await until(async () => (await change('DELETE', '/connectors/bank/offsets')).status === 200);
    expect((await get('/connectors/bank/offsets')).body).toEqual({ offsets: [] });
    await ledger.pay(1);
    await change('PUT', '/connectors/bank/resume');
    await until(streams);
    expect((await get('/connectors/bank/offsets')).body).toMatchObject({ offsets: [{ offset: { snapshot_rows: 6 } }] });
    expect((await change('POST', '/connectors/bank/restart')).status).toBe(204);
    const restarted = await change('POST', '/connectors/bank/restart?includeTasks=true');
    expect(restarted).toMatchObject({ status: 202, body: { name: 'bank' } });
    await reaches('bank', 'RUNNING');
    expect((await change('POST', '/connectors/bank/tasks/0/restart')).status).toBe(204);
    expect((await change('POST', '/connectors/bank/tasks/7/restart')).status).toBe(404);
    await reaches('bank', 'RUNNING');
  });

  it('are refused with every wrong field', async () => {
    const { name, config } = ledger.connector('bank');
    const wrong = { ...config, 'slot.name': 'No', 'tables.public.transactions.key': 'user_id' };
    const refused = await change('POST', '/connectors', { name, config: wrong });
    expect(refused).toMatchObject({
      status: 400,
      body: {
        error_code: 400,
        errors: [
          { field: 'config.slot.name' },
          { field: 'config.tables.public.transactions.key', detail: expect.stringContaining('after.account_id') },
        ],
      },
    });
    expect(
      await change('POST', '/connectors', { name, config: { ...config, 'connector.class': 'absent' } }),
    ).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('connector.class absent is not known') },
    });
    expect(await change('POST', '/connectors', { name, config: { ...config, name: 'another' } })).toMatchObject({
      status: 400,
    });
    expect(await change('POST', '/connectors', { name, config, more: 1 })).toMatchObject({ status: 400 });
    const reference = { ...config, 'database.url': '${HEADWATER_SPEC_ABSENT}' };
    expect(await change('PUT', '/connectors/bank/config', reference)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('database.url refers to ${HEADWATER_SPEC_ABSENT}') },
    });
    expect((await get('/connectors')).body).toEqual([]);
  });

  it('tell what kinds there are, and check configurations field by field', async () => {
    expect((await get('/connector-plugins')).body).toContainEqual({
      class: 'postgres-source',
      type: 'source',
      version: expect.any(String),
    });
    const { config } = ledger.connector('bank');
    const check = async (
      given: object,
    ): Promise<{ error_count: number; configs: { value: { name: string; errors: string[] } }[] }> =>
      (await change('PUT', '/connector-plugins/postgres-source/config/validate', given)).body as never;
    expect(await check(config)).toMatchObject({ name: 'postgres-source', error_count: 0 });
    const { error_count, configs } = await check({ ...config, 'lease.ms': '5', typo: 'x', 'tasks.max': '0' });
    expect(error_count).toBe(3);
    const errors = configs
      .filter(({ value }) => value.errors.length > 0)
      .map(({ value }) => [value.name, value.errors[0]]);
    expect(errors).toEqual([
      ['tasks.max', 'must be a whole number from 1 to 1000, not 0'],
      ['lease.ms', 'must be a whole number from 1000 to 600000, not 5'],
      ['typo', 'is no field of postgres-source'],
    ]);
    const defined = (await get('/connector-plugins/postgres-source/config')).body as object[];
    expect(defined).toContainEqual(expect.objectContaining({ name: 'slot.name', required: true, type: 'STRING' }));
    expect((await change('PUT', '/connector-plugins/absent/config/validate', {})).status).toBe(404);
  });

  it('say who they are', async () => {
    const { body } = await get('/');
    expect(body).toMatchObject({ version: expect.any(String), kafka_cluster_id: expect.any(String) });
    const metrics = await (await fetch(`${worker.url}/metrics`)).text();
    expect(metrics).toContain('connect_tasks{state="RUNNING"}');
  });
});

describe('connector files', () => {
  it('are put in place once, and again when they say something else', async () => {
    await using own = new ConnectStage(broker);
    const yaml = (heartbeatMs: number): string => `name: from-file
config:
  connector.class: postgres-source
  database.url: ${ledger.url}
  slot.name: ${ledger.name}
  heartbeat.interval.ms: ${heartbeatMs}
  tables:
    public.transactions: { topic: bank_transactions, key: account_id }
`;
    own.file('bank.yaml', yaml(1000));
    const first = await own.worker();
    const heartbeat = async (url: string): Promise<string | undefined> =>
      ((await request(url, 'GET', '/connectors/from-file/config')).body as Record<string, string>)[
        'heartbeat.interval.ms'
      ];
    await until(async () => (await heartbeat(first.url)) === '1000');
    const changed = { ...ledger.connector('from-file').config, 'heartbeat.interval.ms': '2000' };
    await persist(first.url, 'PUT', '/connectors/from-file/config', changed);
    await own.end(first);
    // Nobody has touched the file: what was changed by request stays.
    const second = await own.worker();
    await own.ready(second);
    await persist(second.url, 'PUT', '/connectors/from-file/pause');
    expect(await heartbeat(second.url)).toBe('2000');
    await own.end(second);
    own.file('bank.yaml', yaml(3000));
    const third = await own.worker();
    await until(async () => (await heartbeat(third.url)) === '3000');
    await persist(third.url, 'DELETE', '/connectors/from-file');
  });

  it('that are wrong keep the service from starting, with file and field', async () => {
    await using own = new ConnectStage(broker);
    own.file('bad.yaml', 'name: bad\nconfig:\n  connector.class: postgres-source\n  slot.name: ok\n');
    await expect(own.worker()).rejects.toThrow('connector file bad.yaml: config.database.url is missing');
    own.file(
      'bad.yaml',
      'name: bad\nconfig: { connector.class: postgres-source, database.url: "${HEADWATER_SPEC_ABSENT}" }\n',
    );
    await expect(own.worker()).rejects.toThrow('bad.yaml: config.database.url refers to ${HEADWATER_SPEC_ABSENT}');
  });
});
