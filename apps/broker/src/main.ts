#!/usr/bin/env node
/**
 * The broker's program. It loads in two steps: this file with the command line, which any Node can read, then the broker, which
 * needs a new one.
 */
import { readFileSync } from 'node:fs';
import { HELP, parseCommandLine } from './command-line.ts';
import { widenThreadPool } from './disk-threads.ts';
import { returnMemoryWhenIdle, tuneGarbageCollection } from './garbage-collection.ts';
import { nodeTooOld } from './required-node.ts';
import type { RunningBroker, StartBrokerOptions } from './start-broker.ts';
import type { StartRegistryOptions } from './start-registry.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Serves until a signal asks for the end; resolves when everything is closed. */
async function serve(options: StartBrokerOptions): Promise<void> {
  tuneGarbageCollection();
  widenThreadPool(options.flush ?? 'fsync');
  const asked = signalReceived();
  const early: string[] = [];
  let log = (line: string): void => void early.push(line);
  // A start that fails says one thing; what was logged on the way would only hide it.
  // Loaded here, so that help and a wrong flag are answered at once.
  const { startBroker } = await import('./start-broker.ts');
  const broker = await startBroker({ ...options, log: (line) => log(line) });
  returnMemoryWhenIdle();
  try {
    if (!asked.isReceived()) process.stdout.write(readyLine(broker));
    log = (line) => process.stderr.write(`${line}\n`);
    for (const line of early) log(line);
    await asked.signal;
  } finally {
    await broker.close();
  }
}

/** The registry alone, on a Kafka that runs elsewhere. */
async function serveRegistry(options: StartRegistryOptions): Promise<void> {
  const asked = signalReceived();
  const { startRegistryOnKafka } = await import('./start-registry.ts');
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const { registryUrl, bootstrapServers, close } = await startRegistryOnKafka({ ...options, log });
  const startMs = Math.round(performance.now());
  const facts = `registry=${registryUrl} kafka=${bootstrapServers.join(',')} startMs=${startMs}`;
  if (!asked.isReceived()) process.stdout.write(`ready ${facts}\n`);
  await asked.signal;
  await close();
}

function readyLine({ bootstrapServers, registryUrl, dataDir }: RunningBroker): string {
  const startMs = Math.round(performance.now());
  return `ready kafka=${bootstrapServers} registry=${registryUrl} dataDir=${dataDir} startMs=${startMs}\n`;
}

function signalReceived(): { readonly signal: Promise<void>; isReceived(): boolean } {
  let isReceived = false;
  const signal = new Promise<void>((resolve) => {
    for (const name of SIGNALS) {
      process.on(name, () => {
        isReceived = true;
        resolve();
      });
    }
  });
  return { signal, isReceived: () => isReceived };
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function main(args: readonly string[]): Promise<void> {
  const command = parseCommandLine(args);
  if (command.kind === 'help') process.stdout.write(HELP);
  else if (command.kind === 'version') process.stdout.write(`${version()}\n`);
  else if (command.kind === 'registry') await serveRegistry(command.options);
  else await serve(command.options);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

const tooOld = nodeTooOld(process.versions.node);
if (tooOld !== undefined) fail(tooOld);
else
  main(process.argv.slice(2)).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
