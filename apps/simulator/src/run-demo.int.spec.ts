import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { runDemo } from './run-demo.ts';

const COMMAND = {
  rate: 200,
  users: 4,
  seed: 77,
  concurrency: 4,
  addresses: new Map<string, string>(),
  dataDir: '/there/is/no/demo',
  giveUpAfterMs: 60_000,
  verify: false,
  verifyPatienceMs: 1000,
};

it('keeps the cases alive whose services are there, waits for one that is away, and ends when it is told to', async () => {
  let isAway = true;
  const asked: string[] = [];
  const payments = Promise.withResolvers<undefined>();
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(isAway ? 503 : 200, { 'content-type': 'application/json' }).end('{"results":[]}');
      // The preparation goes on, then people pay.
      isAway = false;
      if (asked.filter((each) => each.includes('/transactions')).length > 3) payments.resolve(undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let said = '';
  const stopping = new AbortController();
  const place = { output: { write: (text: string) => (said += text) }, folders: [] };
  const environment = { MYBANK_LEDGER_URL: url, MYBANK_ALERTS_URL: url };
  const running = runDemo(COMMAND, place, stopping.signal, environment);
  await payments.promise;
  stopping.abort();
  expect(await running).toBe(true);
  server.closeAllConnections();
  server.close();
  expect(asked[0]).toBe(asked[1]);
  expect(said).toContain('ready cases=mybank rate=200\n');
  expect(said).toContain('mybank: people live');
});

it('says what to do when no service is known', async () => {
  const place = { output: { write: () => undefined }, folders: [] };
  await expect(runDemo(COMMAND, place, new AbortController().signal, {})).rejects.toThrow('start it with `npm start`');
});
