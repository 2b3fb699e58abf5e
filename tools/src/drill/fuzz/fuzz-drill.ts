import { join } from 'node:path';
import { BrokerChild } from '../broker/broker-child.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';
import { Attacker, type Outcomes } from './attacker.ts';
import { Canary } from './canary.ts';
import { FrameSource } from './frame-source.ts';
import { Janitor } from './janitor.ts';
import { MemoryWatch } from './memory-watch.ts';
import { announcedFrames, deafClients, foreignStreams, oversizedFrames, slowClients } from './stream-attacks.ts';

const STANDARD_FRAMES = 100_000;
const ATTACKERS = 12;
const CLEAN_EVERY = 2_000;
const SAMPLES = 24;
const STREAM_ROUNDS = 8;
const MAX_FRAME_BYTES = 10 * 1024 * 1024;
/** The broker says something about a connection that it closes, at most so often in a second. */
const MOST_LINES_PER_SECOND = 20;

/** Small states, forgotten soon or full soon, so that what grows is a leak. */
const BROKER_CONFIG: Readonly<Record<string, string>> = {
  'socket.request.max.bytes': String(MAX_FRAME_BYTES),
  'offsets.topic.num.partitions': '2',
  'transaction.state.log.num.partitions': '2',
  'transactional.id.expiration.ms': '5000',
  'transaction.remove.expired.transaction.cleanup.interval.ms': '2000',
  'producer.id.expiration.ms': '5000',
  'max.incremental.fetch.session.cache.slots': '50',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '1',
  'log.retention.check.interval.ms': '2000',
  'log.cleaner.backoff.ms': '500',
};

/** As the broker's program sets its own process up; see garbage-collection.ts in apps/broker. */
const NODE_FLAGS = ['--expose-gc', '--no-incremental-marking'];

export const fuzzDrill: Drill = {
  name: 'broker-fuzz',
  about: 'sends malformed, truncated, oversized and random frames over every API; others must not notice',
  details: `The broker runs as a process of its own with its default heap. Connections send noise, made-up bodies, well-formed requests of
any values, and such requests damaged: flipped bits, extreme numbers, cut ends, slices twice or moved, varints without end,
record batches that lie about themselves or decompress to 300 MB. Beside them: frames over socket.request.max.bytes, frames
that are announced and never come, a byte at a time, other protocols, clients that do not read. Each frame must be answered
or its connection closed; the process lives; its memory stays flat; a well-behaved client beside it all finds every answer right
and its topics as they were; the log stays short and shows no defect.`,
  options: [
    { name: 'frames', standard: STANDARD_FRAMES, about: 'frames to send' },
    { name: 'minutes', standard: undefined, about: 'run for so long instead' },
  ],
  async run(run) {
    const setup = {
      broker: { dataDir: join(run.folder, 'data'), port: 0, flush: 'os', config: BROKER_CONFIG },
      disk: { kind: 'machine' },
    } as const;
    const broker = new BrokerChild(setup, NODE_FLAGS);
    try {
      return await new FuzzDrill(run, broker, await broker.ready).run();
    } catch (error) {
      if (broker.ending === undefined) throw error;
      throw new Violation('the broker does not end of itself', broker.describeEnding());
    } finally {
      await broker.kill();
    }
  },
};

class FuzzDrill {
  readonly #run: DrillRun;
  readonly #broker: BrokerChild;
  readonly #port: number;
  readonly #random: Random;
  readonly #memory: MemoryWatch;
  readonly #startedMs = performance.now();
  #frames = 0;
  #streams = 0;
  #isOver = false;

  constructor(run: DrillRun, broker: BrokerChild, port: number) {
    this.#run = run;
    this.#broker = broker;
    this.#port = port;
    this.#random = new Random(run.seed);
    this.#memory = new MemoryWatch(broker);
  }

  async run(): Promise<Summary> {
    const canary = await Canary.start(this.#port, this.#random.fork());
    const janitor = await Janitor.start(this.#port);
    await janitor.clean();
    await canary.fillCache(this.#port);
    const attackers = Array.from(
      { length: ATTACKERS },
      () => new Attacker(this.#port, new FrameSource(this.#random.fork()), this.#random.fork()),
    );
    const ended = this.#broker.ended.then(() => {
      throw new Violation('the broker does not end of itself', this.#broker.describeEnding());
    });
    const attacks = [
      ...attackers.map((attacker) => this.#attack(attacker)),
      this.#watchMemory(),
      this.#attackStreams(),
      this.#cleanUp(janitor),
    ];
    const all = Promise.all(attacks).finally(() => (this.#isOver = true));
    await Promise.race([Promise.all([all, this.#beat(canary)]), ended]);
    await canary.checkAll();
    for (const client of [...attackers, canary, janitor]) client.close();
    this.#expectShortLog();
    this.#memory.expectFlat();
    return this.#summary(attackers, canary, janitor);
  }

  get #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  #isEnough(): boolean {
    const { minutes, frames } = this.#run.numbers;
    if (this.#isOver) return true;
    return minutes === undefined ? this.#frames >= (frames ?? STANDARD_FRAMES) : this.#seconds > minutes * 60;
  }

  /** How far the run is, from 0 to 1. */
  #share(): number {
    const { minutes, frames } = this.#run.numbers;
    return minutes === undefined ? this.#frames / (frames ?? STANDARD_FRAMES) : this.#seconds / (minutes * 60);
  }

  async #attack(attacker: Attacker): Promise<void> {
    while (!this.#isEnough()) {
      const judged = await attacker.attack();
      this.#frames += judged;
      const rate = (this.#frames / this.#seconds).toFixed(0);
      const { liveMib } = this.#memory.last;
      this.#run.onProgress(
        `${this.#frames.toLocaleString('en-US')} frames, ${rate}/s, ${liveMib.toFixed(0)} MiB alive`,
      );
    }
  }

  async #watchMemory(): Promise<void> {
    for (let next = 0; !this.#isEnough();) {
      await new Promise((done) => setTimeout(done, 5));
      if (this.#share() * SAMPLES < next) continue;
      next++;
      await this.#memory.sample(this.#frames);
    }
  }

  /** A few of them now and then over the whole run. */
  async #attackStreams(): Promise<void> {
    const options = {
      broker: this.#broker,
      port: this.#port,
      random: this.#random.fork(),
      maxFrameBytes: MAX_FRAME_BYTES,
    };
    const slow = await slowClients(options);
    const announced = await announcedFrames(options);
    const everyShare = 1 / STREAM_ROUNDS;
    for (let next = 0; !this.#isEnough();) {
      slow.step();
      await new Promise((done) => setTimeout(done, 50));
      if (this.#share() < next) continue;
      next = this.#share() + everyShare;
      for (const attack of [foreignStreams, oversizedFrames, announced.renew, deafClients]) {
        const count = await attack(options);
        this.#streams += count;
      }
    }
    slow.close();
    announced.close();
  }

  async #cleanUp(janitor: Janitor): Promise<void> {
    for (let next = CLEAN_EVERY; !this.#isEnough(); next = this.#frames + CLEAN_EVERY) {
      while (this.#frames < next && !this.#isEnough()) await new Promise((done) => setTimeout(done, 20));
      await janitor.clean();
    }
  }

  async #beat(canary: Canary): Promise<void> {
    while (!this.#isOver) {
      await canary.beat();
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  #expectShortLog(): void {
    this.#broker.checkLog();
    const most = MOST_LINES_PER_SECOND * (this.#seconds + 10);
    promise(this.#broker.loggedCount <= most, 'garbage does not fill the log', () => {
      const lines = this.#broker.logged.slice(-5).join('\n  ');
      return `${this.#broker.loggedCount} lines in ${this.#seconds.toFixed(0)} s, such as\n  ${lines}`;
    });
  }

  #summary(attackers: readonly Attacker[], canary: Canary, janitor: Janitor): Summary {
    const total = (name: keyof Outcomes) => attackers.reduce((sum, { outcomes }) => sum + outcomes[name], 0);
    return {
      frames: this.#frames,
      'frames answered': total('answered'),
      'frames whose connection was closed': total('closed'),
      'frames unread behind one of those': total('dropped'),
      'frames left waiting (Fetch, Join, acks=0)': total('waited'),
      'streams that are no frames': this.#streams,
      'rounds of the canary': canary.beats,
      'slowest round of the canary, ms': Math.round(canary.slowestMs),
      'topics and groups made by accident': janitor.removedCount,
      'lines logged': this.#broker.loggedCount,
      'MiB alive at the end': this.#memory.last.liveMib.toFixed(1),
      'MiB alive that a million frames added': this.#memory.growthMibPerMillion.toFixed(1),
      'resident MiB at the end': Math.round(this.#memory.last.residentMib),
      'resident MiB at most': Math.round(this.#memory.largestResidentMib),
      'frames per second': Math.round(this.#frames / this.#seconds),
    };
  }
}
