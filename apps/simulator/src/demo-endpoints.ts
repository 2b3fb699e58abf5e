/** Finds the running demo: the launcher writes its addresses to `.headwater/endpoints.json`. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { request } from 'undici';
import { type ReplayClock } from './replay/replay-clock.ts';
import { SimulatorError } from './simulator-error.ts';

/** Address of a service by its name, without a slash at its end. */
export type Addresses = ReadonlyMap<string, string>;

export interface EndpointSearch {
  /** Services whose addresses are needed. */
  readonly services: Iterable<string>;
  /** Given by flag; found ones fill what is absent. */
  readonly given: Addresses;
  /** Folder of the demo's data (`--dir` of `npm start`); otherwise `.headwater` is looked for from `from` upwards. */
  readonly dataDir?: string;
  /** Folders from which to look upwards. */
  readonly from: readonly string[];
}

const FILE = 'endpoints.json';

/** Code of the error that says that the demo runs without a service: it was started with `--only`. */
export const SERVICE_NOT_THERE = 'SERVICE_NOT_THERE';

/** @throws SimulatorError when the demo does not run and the flags do not say where its services are. */
export async function findDemo(search: EndpointSearch): Promise<Addresses> {
  const services = [...new Set(search.services)];
  const isComplete = services.every((service) => search.given.has(service));
  const found = isComplete ? {} : await readEndpoints(search);
  const addresses = new Map<string, string>();
  for (const service of services) {
    const address = search.given.get(service) ?? found[service];
    if (address === undefined) throw notFound(service, Object.keys(found).length > 0);
    addresses.set(service, address.replace(/\/+$/, ''));
  }
  return addresses;
}

function notFound(service: string, isRunning: boolean): SimulatorError {
  const message = isRunning
    ? `The demo that runs has no ${service}: start it anew with \`npm start\`, or give --url ${service}=URL.`
    : `The demo does not run: start it with \`npm start\` in another terminal, or give --url ${service}=URL.`;
  return new SimulatorError(isRunning ? SERVICE_NOT_THERE : 'DEMO_NOT_FOUND', message);
}

const ANSWER_ATTEMPTS = 10;
const ANSWER_PAUSE_MS = 300;

/**
 * Addresses may be those of a demo that was killed: that is said at once, not after minutes of repetitions.
 *
 * @throws SimulatorError naming the address at which nothing answers
 */
export async function assertAnswers(addresses: Addresses, clock: ReplayClock): Promise<void> {
  for (const url of addresses.values()) {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await request(`${url}/health/live`).then(
        async ({ body }) => body.dump(),
        (error: unknown) => new Error('no answer', { cause: error }),
      );
      if (!Error.isError(failure)) break;
      if (attempt === ANSWER_ATTEMPTS) {
        const message = `Nothing answers at ${url}: start the demo with \`npm start\` in another terminal, then run the same again.`;
        throw new SimulatorError('DEMO_NOT_RUNNING', message, { cause: failure });
      }
      await clock.sleep(ANSWER_PAUSE_MS);
    }
  }
}

async function readEndpoints(search: EndpointSearch): Promise<Record<string, string | undefined>> {
  for (const file of candidates(search)) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      return JSON.parse(text) as Record<string, string | undefined>;
    } catch (error) {
      const message = `${file} is no JSON: stop the demo, start it again with \`npm start\`, then run the same again.`;
      throw new SimulatorError('DEMO_NOT_FOUND', message, { cause: error });
    }
  }
  return {};
}

function* candidates(search: EndpointSearch): Generator<string> {
  if (search.dataDir !== undefined) {
    yield join(resolve(search.dataDir), FILE);
    return;
  }
  for (const start of search.from) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      yield join(folder, '.headwater', FILE);
      if (folder === dirname(folder)) break;
    }
  }
}
