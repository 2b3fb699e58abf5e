/** One connection after another that sends frames and looks what becomes of each. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ApiKey, apiName, decodeResponse } from '@headwater/broker-core/protocol';
import type { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';
import type { FrameSource } from './frame-source.ts';
import type { FuzzFrame } from './request-source.ts';

const MOST_FRAMES_AT_ONCE = 4;
/** How long a request that may wait is waited for. */
const PATIENCE_MS = 40;
/** Far longer than anything else takes, however busy the machine is. */
const ANSWER_DEADLINE_MS = 120_000;

/** APIs whose answer may take as long as the request says, and the damaged request may say long. */
const WAITING: ReadonlySet<number> = new Set([ApiKey.Produce, ApiKey.Fetch, ApiKey.JoinGroup, ApiKey.SyncGroup]);

/** What became of frames. */
export interface Outcomes {
  answered: number;
  /** The broker closed the connection instead. */
  closed: number;
  /** Sent behind one that closed the connection. */
  dropped: number;
  /** Not answered yet when the client lost its patience; a Produce with acks=0 never is. */
  waited: number;
}

export class Attacker {
  readonly outcomes: Outcomes = { answered: 0, closed: 0, dropped: 0, waited: 0 };
  readonly #frames: FrameSource;
  readonly #random: Random;
  readonly #port: number;
  #connection: AttackConnection | undefined;

  constructor(port: number, frames: FrameSource, random: Random) {
    this.#port = port;
    this.#frames = frames;
    this.#random = random;
  }

  /** Sends some frames at once and sees to their end. @returns how many the broker took. @throws Violation. */
  async attack(): Promise<number> {
    const frames = Array.from({ length: this.#random.between(1, MOST_FRAMES_AT_ONCE) }, () => this.#frames.next());
    if (this.#connection === undefined || this.#connection.isClosed || this.#random.chance(0.02)) {
      this.#connection?.close();
      this.#connection = await AttackConnection.open(this.#port);
    }
    return await this.#connection.exchange(frames, this.outcomes);
  }

  close(): void {
    this.#connection?.close();
  }
}

class AttackConnection {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #onFrame: (frame: Buffer) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(port: number): Promise<AttackConnection> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new AttackConnection(socket);
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends the frames at once; each is answered in turn, or the connection closes. */
  async exchange(frames: readonly FuzzFrame[], outcomes: Outcomes): Promise<number> {
    let next = 0;
    const { promise: answered, resolve, reject } = Promise.withResolvers<undefined>();
    this.#onFrame = (answer) => {
      try {
        next = matching(frames, next, answer) + 1;
        outcomes.answered++;
        if (next === frames.length) resolve(undefined);
      } catch (error) {
        reject(error);
      }
    };
    answered.catch(() => undefined);
    this.#socket.write(Buffer.concat(frames.map(({ bytes }) => bytes)));
    const end = await this.#firstEnd(answered, () => frames[next]);
    if (end === 'answered') return frames.length;
    this.close();
    if (end === 'closed') outcomes.closed++;
    else outcomes.waited++;
    outcomes.dropped += frames.length - next - 1;
    return next + 1;
  }

  /** Waits for the answers, for the connection's end, or as long as the frame in turn may be waited for. */
  async #firstEnd(
    answered: Promise<void>,
    inTurn: () => FuzzFrame | undefined,
  ): Promise<'answered' | 'closed' | 'late'> {
    const startedMs = performance.now();
    for (;;) {
      const timer = Promise.withResolvers<'late'>();
      const timeout = setTimeout(() => timer.resolve('late'), PATIENCE_MS);
      const end = await Promise.race([
        answered.then(() => 'answered' as const),
        this.#closed.then(() => 'closed' as const),
        timer.promise,
      ]);
      clearTimeout(timeout);
      const frame = inTurn();
      if (end !== 'late' || frame === undefined) return end === 'late' ? 'answered' : end;
      if (mayWait(frame)) return 'late';
      if (performance.now() - startedMs > ANSWER_DEADLINE_MS)
        throw new Violation('every frame is answered, or its connection closes', describe(frame));
    }
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      this.#onFrame(this.#received.subarray(4, end));
      this.#received = this.#received.subarray(end);
    }
  }
}

function mayWait({ bytes }: FuzzFrame): boolean {
  return bytes.length >= 6 && WAITING.has(bytes.readInt16BE(4));
}

/** The frame that an answer belongs to: the next one, or one behind Produce requests that have none (acks=0). */
function matching(frames: readonly FuzzFrame[], from: number, answer: Buffer): number {
  const correlationId = answer.readInt32BE(0);
  for (let index = from; index < frames.length; index++) {
    const { bytes, request } = frames[index]!;
    if (bytes.length >= 12 && bytes.readInt32BE(8) === correlationId) {
      if (request !== undefined) expectReadable(request, answer);
      return index;
    }
    promise(bytes.length >= 6 && bytes.readInt16BE(4) === ApiKey.Produce, 'answers come in order', () => {
      return `the answer to ${correlationId} came before that to ${describe(frames[index]!)}`;
    });
  }
  throw new Violation('answers come in order', `nobody asked for ${correlationId}`);
}

function expectReadable({ api, version }: NonNullable<FuzzFrame['request']>, answer: Buffer): void {
  try {
    decodeResponse(api, version, [answer]);
  } catch (error) {
    throw new Violation(
      'an answer can be read',
      `${api.name} v${version}: ${String(error)} in ${answer.toString('hex')}`,
    );
  }
}

function describe({ bytes }: FuzzFrame): string {
  const key = bytes.length >= 8 ? bytes.readInt16BE(4) : undefined;
  const name = key === undefined ? 'a short frame' : `${apiName(key)} v${bytes.readInt16BE(6)}`;
  return `${name}: ${bytes.toString('hex').slice(0, 2000)}`;
}
