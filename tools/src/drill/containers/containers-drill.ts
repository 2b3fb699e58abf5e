/**
 * The demo as `docker-compose up` runs it: built, started, asked over REST, killed and restarted in part, taken down and up again. The
 * figures of its start and its memory are told.
 */
import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { readServices } from '@headwater/platform';
import { namedPorts } from '@headwater/testkit/ports';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { promise } from '../violation.ts';
import { absenceOfDocker, Compose, docker } from './compose.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
/** Ends a drill that hangs; how busy the machine is does not count. */
const DEADLINE_MS = 1_800_000;
const LOOK_MS = 500;
/** Nothing is under way any more when nothing has changed for so long. */
const CALM_MS = 30_000;
const MOST_BYTES = 3_000_000_000;
/** Characters of an answer that a line of progress shows. */
const MOST_OF_AN_ANSWER = 120;
/** With SIGKILL; the others are restarted in order. */
const KILLED = ['postgres', 'broker', 'social-posts', 'connect'];

/** A question to each case, whose answer shows that people live there and that data is kept. */
const QUESTIONS: readonly (readonly [service: string, path: string])[] = [
  ['movieflix-recommendation', '/users/viewer-77-1/profile'],
  ['mybank-ledger', '/totals'],
  ['mybank-alerts', '/users/customer-77-1/thresholds'],
  ['campaign-compare', '/campaigns'],
  ['gettaxi-dispatch', '/rides'],
  ['social-feed', '/feed'],
  ['movieflix-resume', '/users/viewer-77-1/resume'],
  ['connect', `/query?sql=${encodeURIComponent('SELECT count(*) > 0 AS holds FROM bank_transactions')}`],
];

export const containersDrill: Drill = {
  name: 'containers',
  about: 'docker-compose up for real: built, asked, killed in part, taken down and up again with its data',
  details: `Builds the image and brings up all of docker-compose.yml as a project of its own on free ports. When all is healthy and the
simulator has people in every case, it asks each case over REST, kills the broker, PostgreSQL, a service and connect, restarts the
others, and takes everything down and up again: the answers must be the same. Tells the time of the start and the memory. Needs a
Docker engine, and Compose 1.29 or 2; what a build needs of a machine is said by variables (HEADWATER_BUILD_NETWORK=host).`,
  options: [{ name: 'keep', standard: 0, about: '1: leave everything running at the end' }],
  run: runDrill,
};

async function runDrill({ numbers, say, onProgress }: DrillRun): Promise<Summary> {
  const absence = absenceOfDocker();
  if (absence !== undefined) throw new Error(`This drill cannot run here: ${absence}`);
  const ports = new Map(Object.entries(await namedPorts(readServices(ROOT).map(({ name }) => name))));
  const compose = new Compose({
    COMPOSE_PROJECT_NAME: `headwater-drill-${process.pid}`,
    ...Object.fromEntries([...ports].map(([name, port]) => [`${variableOf(name)}_PORT`, String(port)])),
  });
  const stage = new Stage(compose, ports, onProgress);
  try {
    const buildMs = await timed(() => compose.run('build', 'broker'));
    say(`built in ${seconds(buildMs)}`);
    const startMs = await timed(() => stage.up());
    say(`all healthy ${seconds(startMs)} after up`);
    await stage.life();
    const bytes = await stage.memory();
    await compose.run('stop', 'simulator');
    const before = await stage.settledAnswers();
    say(`asked ${before.size} questions of every case`);

    await stage.killAndRestart();
    await stage.assertSame(before, 'after containers were killed and restarted');
    await compose.run('down');
    // Nobody lives this time: what they did would be new.
    const againMs = await timed(() => stage.up('--scale', 'simulator=0'));
    await stage.assertSame(before, 'after down and up');
    promise(bytes < MOST_BYTES, 'all of it stays under 3 GB', () => `${bytes} bytes`);
    return {
      'build, seconds': Math.round(buildMs / 1000),
      'ready after up, seconds': Math.round(startMs / 1000),
      'ready after down and up, seconds': Math.round(againMs / 1000),
      'memory of all containers, MB': Math.round(bytes / 1e6),
      'image, MB': Math.round(Number(await docker('image', 'inspect', '--format', '{{.Size}}', imageName())) / 1e6),
    };
  } finally {
    if (numbers['keep'] !== 1) await compose.run('down', '--volumes', '--timeout', '60').catch(() => undefined);
  }
}

class Stage {
  readonly #compose: Compose;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #onProgress: (line: string) => void;

  constructor(compose: Compose, ports: ReadonlyMap<string, number>, onProgress: (line: string) => void) {
    this.#compose = compose;
    this.#ports = ports;
    this.#onProgress = onProgress;
  }

  /** Starts everything; returns when all that can be healthy is. */
  async up(...options: readonly string[]): Promise<void> {
    await this.#compose.run('up', '--detach', '--no-build', ...options);
    await this.healthy();
  }

  async healthy(): Promise<void> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    for (;;) {
      const waiting = await this.#waiting();
      if (waiting.length === 0) return;
      this.#onProgress(`waiting for ${waiting.join(', ')}`);
      promise(performance.now() < deadlineMs, 'every container becomes healthy', () => waiting.join(', '));
      await delay(LOOK_MS);
    }
  }

  async #waiting(): Promise<string[]> {
    const containers = await this.#compose.containers();
    const wanted = ['broker', 'postgres', ...this.#ports.keys()];
    const format = '{{if .State.Health}}{{.State.Health.Status}}{{end}}';
    const states = await Promise.all(
      wanted.map(async (name) => {
        const id = containers.get(name);
        return id === undefined ? 'missing' : (await docker('inspect', '--format', format, id)).trim();
      }),
    );
    return wanted.filter((_, index) => states[index] !== 'healthy');
  }

  /** Waits until the simulator's people are seen in every case. */
  async life(): Promise<void> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    for (const question of QUESTIONS)
      for (;;) {
        const { status, text } = await this.ask(question);
        if (status === 200 && !/"items":\[\]|"watches":\[\]/.test(text)) break;
        this.#onProgress(`waiting for people at ${question[0]}: ${status} ${text.slice(0, MOST_OF_AN_ANSWER)}`);
        promise(performance.now() < deadlineMs, 'every case lives', () => `${question.join(' ')}: ${status} ${text}`);
        await delay(LOOK_MS);
      }
  }

  async ask([service, path]: readonly [string, string]): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#ports.get(service)}${path}`);
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { status: 0, text: String(error) };
    }
  }

  async #answers(): Promise<Map<string, string>> {
    const answers = new Map<string, string>();
    for (const question of QUESTIONS) {
      const { status, text } = await this.ask(question);
      answers.set(
        question.join(' '),
        `${status} ${text.replaceAll(/"(updatedAt|asOf|tookMs|elapsedMs)":[^,}]*/g, '')}`,
      );
    }
    return answers;
  }

  /** What is said once every case answers and nothing changes any more. */
  async settledAnswers(): Promise<Map<string, string>> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    let last = await this.#answers();
    for (let sinceMs = performance.now(); performance.now() - sinceMs < CALM_MS;) {
      await delay(LOOK_MS);
      const next = await this.#answers();
      const changed = differences(last, next);
      const isWhole = [...next.values()].every((answer) => answer.startsWith('200 '));
      if (changed.length > 0 || !isWhole) sinceMs = performance.now();
      promise(performance.now() < deadlineMs, 'what is under way comes to its end', () => changed.join('\n'));
      last = next;
    }
    return last;
  }

  /** @throws Violation when what is said in the end is not what was said before. */
  async assertSame(before: ReadonlyMap<string, string>, when: string): Promise<void> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    for (;;) {
      const different = differences(before, await this.#answers());
      if (different.length === 0) return;
      promise(performance.now() < deadlineMs, `answers are the same ${when}`, () => different.join('\n'));
      await delay(LOOK_MS);
    }
  }

  async killAndRestart(): Promise<void> {
    const containers = await this.#compose.containers();
    for (const name of KILLED) await docker('kill', containers.get(name) ?? '');
    const others = [...this.#ports.keys()].filter((name) => !KILLED.includes(name));
    await this.#compose.run('up', '--detach', '--no-build', '--no-recreate', ...KILLED);
    await this.#compose.run('restart', ...others);
    await this.healthy();
  }

  /** Of all containers that run, in bytes. */
  async memory(): Promise<number> {
    const ids = [...(await this.#compose.containers()).values()];
    const used = (await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids)).split('\n');
    return used.reduce((sum, line) => sum + bytesOf(line.split('/')[0] ?? ''), 0);
  }
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...before].flatMap(([question, answer]) =>
    after.get(question) === answer ? [] : [`${question}: was ${answer}, is ${after.get(question) ?? ''}`],
  );
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `106.9MiB` in bytes. */
function bytesOf(text: string): number {
  const [, number = '0', unit = 'B'] = /([\d.]+)\s*([KMG]?i?B)/.exec(text) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

const imageName = (): string => `headwater:${process.env['HEADWATER_TAG'] ?? 'dev'}`;
const variableOf = (name: string): string => name.replaceAll('-', '_').toUpperCase();
const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(0)} s`;
