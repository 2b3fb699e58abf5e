/**
 * What a running lesson works with. Everything that it opens here is closed with the stage, last opened first; its topics, groups,
 * subjects and tables carry the lesson's name, by which `LessonSweep` finds them, also after a console that was killed.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Isolation, KafkaClient } from '@headwater/messaging';
import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import pg from 'pg';
import type { DataSource, MigrationInterface } from 'typeorm';
import type { ClusterAdmin } from '../cluster/cluster-admin.ts';
import type { LauncherDoor } from './launcher-door.ts';
import type { LessonBoard } from './lesson-board.ts';
import { LessonWorker } from './lesson-worker.ts';
import { followTopic, followTopicFromEnd, type FollowedRecord, type Follower } from './log-follower.ts';
import type { LessonId } from './lesson-state.ts';
import type { WorkerWord } from './workers/worker-channel.ts';

/** What the console has for lessons. */
export interface StageParts {
  readonly kafka: KafkaClient;
  readonly admin: ClusterAdmin;
  readonly registryUrl: string;
  /** The console's own database; undefined without one. */
  readonly databaseUrl: string | undefined;
  readonly launcher: LauncherDoor;
  /** Address of a service; undefined when the console was not told where it is. */
  readonly addressOf: (service: string) => string | undefined;
  /** Aborted when the console stops. */
  readonly stopping: AbortSignal;
}

/** What all names of a lesson begin with. */
export function prefixOf(id: LessonId): string {
  return `lesson_${id.replaceAll('-', '_')}`;
}

const CONNECTIONS = 4;
const TIMEOUT_MS = 5000;

export class LessonStage {
  readonly parts: StageParts;
  readonly board: LessonBoard;
  readonly #id: LessonId;
  /** Tells this run's names from those of the one before, whose topics may still be going. */
  readonly #run = randomBytes(3).toString('hex');
  readonly #closing = new AbortController();
  readonly #steps: (() => Promise<unknown>)[] = [];

  constructor(id: LessonId, parts: StageParts, board: LessonBoard) {
    this.#id = id;
    this.parts = parts;
    this.board = board;
  }

  get kafka(): KafkaClient {
    return this.parts.kafka;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborted when the lesson ends. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** A name of this run, for a topic, a group, a transactional id. */
  name(what: string): string {
    return `${prefixOf(this.#id)}_${what}_${this.#run}`;
  }

  /** Creates a topic. @returns its name */
  async createTopic(what: string, partitions = 1, config: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = this.name(what);
    const admin = await this.kafka.openAdmin();
    try {
      await admin.create([{ name, partitions, config }]);
    } finally {
      await admin.close();
    }
    return name;
  }

  follow(
    topic: string,
    partitions: number,
    isolation: Isolation,
    onRecord: (record: FollowedRecord) => void,
  ): Follower {
    const follower = followTopic(this.kafka, topic, partitions, isolation, (record) => {
      if (!this.isClosed) onRecord(record);
    });
    this.onClose(() => follower.close());
    return follower;
  }

  async #partitionsOf(topic: string): Promise<number> {
    const admin = await this.kafka.openAdmin();
    try {
      const described = (await admin.describe(new Map([[topic, []]]))).get(topic);
      if (described === undefined) throw new Error(`there is no topic ${topic}`);
      return described.partitions;
    } finally {
      await admin.close();
    }
  }

  /** Reads a topic of the demo from its end on; what is written after this call is seen. */
  async followFromEnd(topic: string, onRecord: (record: FollowedRecord) => void): Promise<Follower> {
    const partitions = await this.#partitionsOf(topic);
    const follower = await followTopicFromEnd(this.kafka, topic, partitions, (record) => {
      if (!this.isClosed) onRecord(record);
    });
    this.onClose(() => follower.close());
    return follower;
  }

  /** Opens the lesson's own schema of the console's database. */
  async openDatabase(migrations: readonly (new () => MigrationInterface)[]): Promise<DataSource> {
    const client = new pg.Client({ connectionString: this.parts.databaseUrl });
    await client.connect();
    try {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${prefixOf(this.#id)}`);
    } finally {
      await client.end();
    }
    const config = new DatabaseConfig({ DATABASE_URL: this.databaseUrl(), DATABASE_POOL_SIZE: String(CONNECTIONS) });
    const dataSource = await openDatabase(prefixOf(this.#id), config, { migrations }, this.signal);
    this.onClose(() => dataSource.destroy());
    return dataSource;
  }

  worker(script: string, names: Readonly<Record<string, string>>, onWord: (word: WorkerWord) => void): LessonWorker {
    const settings = {
      bootstrapServers: this.kafka.bootstrapServers,
      registryUrl: this.parts.registryUrl,
      databaseUrl: this.parts.databaseUrl === undefined ? '' : this.databaseUrl(),
      names,
    };
    const worker = new LessonWorker(script, settings, (word) => {
      if (!this.isClosed) onWord(word);
    });
    this.onClose(() => worker.stop());
    return worker;
  }

  /** Does something again and again until the lesson ends. A failure is told in the diary, and it goes on. */
  repeat(everyMs: number, work: () => Promise<void> | void): void {
    let problem = '';
    const loop = async (): Promise<void> => {
      while (!this.isClosed) {
        try {
          await work();
          problem = '';
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          if (reason !== problem) this.board.tell(reason, 'warn');
          problem = reason;
        }
        await this.sleep(everyMs);
      }
    };
    const done = loop();
    this.onClose(() => done);
  }

  /** Returns early when the lesson ends. */
  async sleep(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.signal }).catch(() => undefined);
  }

  /** Asks a service. @throws Error that says in a sentence why there is no answer */
  async ask<T>(service: string, method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.parts.addressOf(service)?.replace(/\/$/, '')}${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service} answered ${response.status} to ${method} ${path}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  onClose(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Ends everything; a step that fails does not keep the others from being done. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const step of this.#steps.splice(0).reverse()) await step().catch(() => undefined);
  }

  /** With the lesson's schema first on its search path, so that the toolkit's tables lie there. */
  private databaseUrl(): string {
    const url = new URL(this.parts.databaseUrl ?? '');
    url.searchParams.set('options', `-c search_path=${prefixOf(this.#id)}`);
    return url.href;
  }
}
