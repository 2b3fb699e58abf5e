/**
 * The listening socket and its connections.
 *
 * An idle connection costs one object and no timer: one sweep for all of them closes those that were silent for too long, those
 * that leave their answers unread when the memory for answers is used up, and those that do not send the rest of a frame while
 * others wait for the memory that it claims.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '../../storage/index.ts';
import type { AnswerMemory } from './answer-memory.ts';
import { Connection, type ConnectionLimits, type RequestHandler } from './connection.ts';
import { FrameMemory } from './frame-memory.ts';
import { MemoryBudget } from './memory-budget.ts';

/** What a listener is started with. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly handler: RequestHandler;
  readonly limits: ConnectionLimits;
  /** Bytes of requests that all connections together may hold. */
  readonly requestMemoryBytes: number;
  /** Where connections count what their clients leave unread. */
  readonly answers: AnswerMemory;
  /** A client that takes nothing of its answers for so long is closed once `answers` is used up. */
  readonly maxStuckMs: number;
  /** `connections.max.idle.ms`; -1 keeps idle connections for ever. */
  readonly maxIdleMs: number;
  /** `max.connections`: further ones are closed at once. */
  readonly maxConnections: number;
  /** `max.connections.per.ip`. */
  readonly maxConnectionsPerIp: number;
  readonly clock: Clock;
  readonly log: (message: string) => void;
}

const SWEEP_MIN_MS = 50;
const SWEEP_MAX_MS = 30_000;
const BACKLOG = 1024;

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #budget: MemoryBudget;
  readonly #memory = new FrameMemory();
  readonly #connectionsByIp = new Map<string, number>();
  #nextConnectionId = 1;
  #sweepTimer: Timer | undefined;
  #whenAllClosed: (() => void) | undefined;
  #isClosing = false;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#budget = new MemoryBudget(options.requestMemoryBytes);
    this.#server = createServer(
      { noDelay: true, allowHalfOpen: true, keepAlive: true, pauseOnConnect: true },
      (socket) => this.#accept(socket),
    );
  }

  /** Listens. @throws the system's error (`EADDRINUSE`, `EACCES`, …) as Node gives it. */
  static async start(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', reject);
      listener.#server.listen({ host: options.host, port: options.port, backlog: BACKLOG }, () => {
        listener.#server.off('error', reject);
        resolve();
      });
    });
    listener.#server.on('error', (error) => options.log(`the listening socket failed: ${error.message}`));
    listener.#scheduleSweep();
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Bytes of requests held by all connections. */
  get requestBytes(): number {
    return this.#budget.usedBytes;
  }

  /** Accepts nothing more, lets what is under way be answered for `graceMs`, then closes what is left. */
  async close(graceMs: number): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#sweepTimer?.cancel();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const drained = new Promise<void>((resolve) => {
      this.#whenAllClosed = resolve;
    });
    for (const connection of this.#connections) connection.drain();
    if (this.#connections.size === 0) this.#whenAllClosed?.();
    const timer = this.#options.clock.schedule(graceMs, () => {
      for (const connection of this.#connections) connection.destroy();
    });
    await drained;
    timer.cancel();
    await closed;
  }

  #accept(socket: Socket): void {
    const { clock, log, handler, limits, answers } = this.#options;
    const ip = socket.remoteAddress ?? 'unknown';
    const refusal = this.#refusalOf(ip);
    if (refusal !== undefined) {
      log(`refusing a connection of ${ip}: ${refusal}`);
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const connection = new Connection({
      id: this.#nextConnectionId++,
      socket,
      handler,
      limits,
      budget: this.#budget,
      memory: this.#memory,
      answers,
      nowMs: () => clock.now(),
      log,
    });
    this.#connections.add(connection);
    this.#connectionsByIp.set(ip, (this.#connectionsByIp.get(ip) ?? 0) + 1);
    connection.onClose(() => {
      this.#connections.delete(connection);
      const remaining = (this.#connectionsByIp.get(ip) ?? 1) - 1;
      if (remaining === 0) this.#connectionsByIp.delete(ip);
      else this.#connectionsByIp.set(ip, remaining);
      if (this.#connections.size === 0) this.#whenAllClosed?.();
    });
  }

  #refusalOf(ip: string): string | undefined {
    const { maxConnections, maxConnectionsPerIp } = this.#options;
    if (this.#isClosing) return 'the broker is stopping';
    if (this.#connections.size >= maxConnections) return `max.connections = ${maxConnections} are open`;
    if ((this.#connectionsByIp.get(ip) ?? 0) >= maxConnectionsPerIp)
      return `max.connections.per.ip = ${maxConnectionsPerIp} are open`;
    return undefined;
  }

  #scheduleSweep(): void {
    const { maxIdleMs, maxStuckMs, clock, answers } = this.#options;
    const shortestMs = maxIdleMs < 0 ? maxStuckMs : Math.min(maxIdleMs, maxStuckMs);
    const everyMs = Math.min(Math.max(shortestMs / 4, SWEEP_MIN_MS), SWEEP_MAX_MS);
    this.#sweepTimer = clock.schedule(everyMs, () => {
      if (maxIdleMs >= 0) this.#closeIdle(clock.now() - maxIdleMs);
      if (answers.isExhausted) this.#closeStuck(clock.now() - maxStuckMs);
      if (this.#budget.isContended) this.#closeStalled(clock.now());
      this.#scheduleSweep();
    });
  }

  #closeIdle(sinceMs: number): void {
    for (const connection of this.#connections) {
      if (connection.lastActiveMs < sinceMs && !connection.isHandling) connection.destroy();
    }
  }

  #closeStalled(nowMs: number): void {
    for (const connection of this.#connections) {
      if ((connection.frameDueMs ?? Number.POSITIVE_INFINITY) >= nowMs) continue;
      const { remoteAddress } = connection;
      this.#options.log(
        `closing the connection of ${remoteAddress}: it does not send the rest of a request, and others wait for memory`,
      );
      connection.destroy();
    }
  }

  #closeStuck(sinceMs: number): void {
    for (const connection of this.#connections) {
      if ((connection.unreadSinceMs ?? Number.POSITIVE_INFINITY) >= sinceMs) continue;
      const { remoteAddress } = connection;
      this.#options.log(
        `closing the connection of ${remoteAddress}: it leaves its answers unread, and memory is used up`,
      );
      connection.destroy();
    }
  }
}
