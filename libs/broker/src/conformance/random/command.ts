/** `main.js random`: random requests to a broker of this process and to an Apache Kafka that runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Broker } from '../../server/index.ts';
import { COMPARED_CONFIG } from '../compared-config.ts';
import { compareRandomly, describeFailure } from './random-comparison.ts';

export const RANDOM_HELP = `main.js random --kafka HOST:PORT [--seed S] [--requests N] [--apis A,B] [--failures N]

Sends the same seeded random requests to this broker and to Apache Kafka and compares the answers. Apache Kafka must run
with the configuration of the comparison:

    npm run kafka -- up ${Object.entries(COMPARED_CONFIG)
      .map(([name, value]) => `--config ${name}=${value}`)
      .join(' ')}

    --kafka     its address
    --seed      default: one of now; printed
    --requests  how many at least (default 5000)
    --apis      only these, by name
    --failures  end after so many sequences that differ (default 1); each is shrunk and printed
`;

/** @returns the exit code: 1 when an answer differs. */
export async function runRandomCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kafka: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      requests: { type: 'string', default: '5000' },
      apis: { type: 'string' },
      failures: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.kafka === undefined) {
    process.stdout.write(RANDOM_HELP);
    return values.help ? 0 : 1;
  }
  const [host = '', port = ''] = values.kafka.split(':');
  const dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-conformance-'));
  const broker = await Broker.start({ port: 0, dataDir, flush: 'os', config: COMPARED_CONFIG });
  try {
    process.stdout.write(`seed ${values.seed}\n`);
    const { requests, failures } = await compareRandomly(
      { headwater: { host: broker.host, port: broker.port }, kafka: { host, port: Number(port) } },
      {
        seed: Number(values.seed),
        requests: Number(values.requests),
        apis: values.apis?.split(','),
        failures: Number(values.failures),
        onProgress: (sent) => process.stderr.write(`${sent} requests\n`),
        onFailure: (failure) => process.stdout.write(`${describeFailure(failure)}\n`),
      },
    );
    process.stdout.write(`${requests} requests, ${failures.length} sequences that differ\n`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await broker.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
