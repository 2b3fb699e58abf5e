/**
 * The processes that run queries: as many as may run at once, started when they are needed and kept. One that does not answer in time
 * is killed, as is one whose query was given up.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { QueryFailure } from './query-failure.ts';
import type { FromProcess, QueryAnswer, QueryLimits, TableFiles, ToProcess } from './query-messages.ts';

/** From the sources too, whose types Node strips. */
const program = path.join(import.meta.dirname, `query-process${path.extname(import.meta.filename)}`);
const parseMs = 10_000;
/** What an interrupt may take, and the start of a database. */
const graceMs = 3_000;
const maxHeapMegabytes = 256;

/** One query at work: a process for it alone. */
export interface QuerySession {
  /** The tables that it reads. @throws {QueryFailure} */
  parse(sql: string): Promise<readonly string[]>;
  /** @throws {QueryFailure} */
  run(
    sql: string,
    tables: readonly TableFiles[],
    limits: QueryLimits,
    parameters: Readonly<Record<string, string>>,
  ): Promise<QueryAnswer>;
}

class QueryProcess implements QuerySession {
  readonly ended: Promise<void>;
  private waiting: { resolve: (message: FromProcess) => void; reject: (error: Error) => void } | undefined;
  private readonly child: ChildProcess;
  private output = '';

  constructor() {
    this.child = fork(program, [], {
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${maxHeapMegabytes}`],
      // It needs nothing of what the service knows.
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child
      .stderr!.setEncoding('utf8')
      .on('data', (text: string) => (this.output = (this.output + text).slice(-2_000)));
    this.child.on('message', (message: FromProcess) => this.waiting?.resolve(message));
    this.child.on('error', () => this.child.kill('SIGKILL'));
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => {
        const reason = this.output.trim().split('\n').at(-1) ?? '';
        this.waiting?.reject(
          new QueryFailure({
            code: 'query-too-large',
            message: `the query's process ended${reason ? `: ${reason}` : ''}`,
          }),
        );
        resolve();
      });
    });
  }

  ready(): Promise<FromProcess> {
    return this.next(undefined, parseMs);
  }

  async parse(sql: string): Promise<readonly string[]> {
    const message = await this.next({ kind: 'parse', sql }, parseMs);
    return message.kind === 'parsed' ? message.tables : failed(message);
  }

  async run(
    sql: string,
    tables: readonly TableFiles[],
    limits: QueryLimits,
    parameters: Readonly<Record<string, string>>,
  ): Promise<QueryAnswer> {
    const message = await this.next({ kind: 'run', sql, tables, limits, parameters }, limits.timeMs + graceMs);
    return message.kind === 'answer' ? message.answer : failed(message);
  }

  /** The answer to a message, or the first word. */
  private async next(message: ToProcess | undefined, withinMs: number): Promise<FromProcess> {
    const { promise, resolve, reject } = Promise.withResolvers<FromProcess>();
    this.waiting = { resolve, reject };
    const timer = setTimeout(() => {
      reject(new QueryFailure({ code: 'query-too-slow', message: 'the time limit is over' }));
      this.kill();
    }, withinMs);
    try {
      if (message) this.child.send(message, (error) => error && reject(error));
      return await promise;
    } finally {
      clearTimeout(timer);
      this.waiting = undefined;
    }
  }

  get isUsable(): boolean {
    return this.child.connected && !this.child.killed;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

function failed(message: FromProcess): never {
  if (message.kind === 'failed') throw new QueryFailure(message.failure);
  throw new Error(`the query's process answered ${message.kind}`);
}

export class QueryProcesses {
  private readonly idle: QueryProcess[] = [];
  private readonly all = new Set<QueryProcess>();
  private busy = 0;
  private closed = false;

  constructor(private readonly atMost: number) {}

  /** Whether one more query may run now. */
  get hasRoom(): boolean {
    return this.busy < this.atMost && !this.closed;
  }

  /** Lends a process to one query. The caller looks for room first. */
  async use<Result>(work: (session: QuerySession) => Promise<Result>): Promise<Result> {
    this.busy++;
    try {
      const child = await this.take();
      try {
        return await work(child);
      } finally {
        if (child.isUsable && !this.closed) this.idle.push(child);
        else child.kill();
      }
    } finally {
      this.busy--;
    }
  }

  private async take(): Promise<QueryProcess> {
    for (let child = this.idle.pop(); child; child = this.idle.pop()) if (child.isUsable) return child;
    const child = new QueryProcess();
    this.all.add(child);
    void child.ended.then(() => this.all.delete(child));
    await child.ready();
    return child;
  }

  async close(): Promise<void> {
    this.closed = true;
    const all = [...this.all];
    for (const child of all) child.kill();
    await Promise.all(all.map(({ ended }) => ended));
  }
}
