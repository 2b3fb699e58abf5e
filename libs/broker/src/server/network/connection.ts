/**
 * One client's connection: frames in, answers out.
 *
 * Order. Requests are begun in the order of their arrival and their answers leave in that order. One request is handled
 * at a time, as clients rely on (a request sees what the one before it did), except that requests of the same pipelined
 * kind (Produce) overlap: each is begun at once, so that they wait for one sync of the disk together.
 *
 * Back-pressure. The socket is paused while the requests in flight hold too many bytes, or are too many, or the budget
 * of all connections is used up; no request is begun while the client leaves answers unread. So one connection holds at
 * most: `inFlightBytes` + one piece of a frame + `unreadAnswerBytes` + one answer. What all of them leave unread is counted in
 * one `AnswerMemory`.
 *
 * All that became ready within one turn of the event loop is written at once; see `writeAnswers`.
 */
import type { Socket } from 'node:net';
import { release } from '../../storage/index.ts';
import type { AnswerClaim, AnswerMemory } from './answer-memory.ts';
import { FrameAssembler, FrameError } from './frame-assembler.ts';
import type { FrameMemory } from './frame-memory.ts';
import type { MemoryBudget, MemoryTicket } from './memory-budget.ts';
import { withOwnBuffers } from './own-buffers.ts';
import { writeAnswers } from './write-answers.ts';

/** An answer in pieces, `null` for none (Produce with acks=0), or `CLOSE_CONNECTION`. */
export type Answer = readonly Buffer[] | null | typeof CLOSE_CONNECTION;

/** What is the least that a client sends of a frame whose memory others wait for. */
const FRAME_BYTES_PER_SECOND = 1024 * 1024;

/** A frame claims so much before more of it has come; almost all requests are smaller. */
const FIRST_CLAIM_BYTES = 64 * 1024;

/**
 * Where reads go that begin a frame: what comes is copied before anything else is read. Large, so that many pipelined requests
 * arrive in one read, are written to the log together and answered together.
 */
const ARRIVALS = Buffer.allocUnsafeSlow(256 * 1024);

/** Instead of an answer: the request cannot be answered and the connection closes, after the answers before it. */
export const CLOSE_CONNECTION = Symbol('close the connection');

/** What a connection asks of the broker behind it. */
export interface RequestHandler {
  /** Requests of one and the same kind of this value overlap; 0 means one at a time. Reads the frame's first bytes. */
  pipelineOf(frame: readonly Buffer[]): number;
  /** Whether nothing of a request that begins so is looked at once its answer is there. */
  isForgotten(beginning: Buffer): boolean;
  /** Handles one request. A rejection is a defect: it is logged, and the connection closes. */
  handle(frame: readonly Buffer[], connection: Connection): Answer | Promise<Answer>;
}

/** Bounds of one connection. */
export interface ConnectionLimits {
  /** `socket.request.max.bytes`. */
  readonly maxFrameBytes: number;
  readonly inFlightBytes: number;
  readonly inFlightRequests: number;
  readonly unreadAnswerBytes: number;
  /** While others wait for memory, a frame must have come after so long, and a second more for each MiB of it. */
  readonly frameGraceMs: number;
}

interface PendingRequest {
  readonly frame: readonly Buffer[];
  /** The frame's pieces are to be released. */
  readonly isReused: boolean;
  readonly ticket: MemoryTicket;
  readonly pipeline: number;
  isDone: boolean;
  answer: Answer;
}

export class Connection {
  /** Unique in this process, for logs. */
  readonly id: number;
  readonly remoteAddress: string;
  /** The address of this machine that the client used. */
  readonly localAddress: string;
  /** When bytes last came or went, by the clock of the listener; set by it and by this connection. */
  lastActiveMs: number;
  readonly #socket: Socket;
  readonly #handler: RequestHandler;
  readonly #limits: ConnectionLimits;
  readonly #budget: MemoryBudget;
  readonly #answers: AnswerMemory;
  readonly #unread: AnswerClaim;
  readonly #nowMs: () => number;
  readonly #log: (message: string) => void;
  readonly #assembler: FrameAssembler;
  /** Memory of a frame that the next read fills. */
  #target: Buffer | undefined;
  readonly #closeListeners = new Set<() => void>();
  /** Requests not begun, and begun ones whose answers have not left; both oldest first. */
  #waiting: PendingRequest[] = [];
  #begun: PendingRequest[] = [];
  #inFlightBytes = 0;
  /** The claim of the frame that is being read, and since when it is granted. */
  #frameTicket: MemoryTicket | undefined;
  #frameGrantedMs = 0;
  /** Held while the budget of all connections is used up and no frame is being read. */
  #roomTicket: MemoryTicket | undefined;
  /** Since when the client has left answers unread; undefined when it has taken all. */
  #unreadSinceMs: number | undefined;
  #isFlushScheduled = false;
  #isAdvancing = false;
  #isDraining = false;
  #isClosed = false;

  constructor(options: {
    readonly id: number;
    /** Accepted and paused. */
    readonly socket: Socket;
    readonly memory: FrameMemory;
    readonly handler: RequestHandler;
    readonly limits: ConnectionLimits;
    readonly budget: MemoryBudget;
    readonly answers: AnswerMemory;
    readonly nowMs: () => number;
    readonly log: (message: string) => void;
  }) {
    this.id = options.id;
    this.#handler = options.handler;
    this.#limits = options.limits;
    this.#budget = options.budget;
    this.#answers = options.answers;
    this.#unread = options.answers.claim();
    this.#nowMs = options.nowMs;
    this.#log = options.log;
    this.remoteAddress = withoutIpv4Prefix(options.socket.remoteAddress ?? 'unknown');
    this.localAddress = withoutIpv4Prefix(options.socket.localAddress ?? '127.0.0.1');
    this.lastActiveMs = options.nowMs();
    this.#assembler = new FrameAssembler(options.limits.maxFrameBytes, options.memory, {
      frameStarted: (sizeBytes) => {
        this.#frameGrantedMs = this.#nowMs();
        this.#frameTicket = this.#budget.request(Math.min(sizeBytes, FIRST_CLAIM_BYTES), () => {
          this.#frameGrantedMs = this.#nowMs();
          this.#regulate();
        });
      },
      isForgotten: (beginning) => this.#handler.isForgotten(beginning),
      frameCompleted: (frame, sizeBytes, isReused) => this.#takeFrame(frame, sizeBytes, isReused),
    });
    this.#socket = withOwnBuffers(options.socket, {
      nextBuffer: () => (this.#target = this.#assembler.target()) ?? ARRIVALS,
      take: (buffer, count) => this.#take(buffer, count),
    });
    this.#listen();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether a request is being handled. A client that does not read its answers is not waiting for any. */
  get isHandling(): boolean {
    return this.#begun.length > 0;
  }

  /** Since when the client has taken none of the answers that wait for it; undefined when it keeps up. */
  get unreadSinceMs(): number | undefined {
    return this.#unreadSinceMs;
  }

  /** By when the frame that is being read must have come if others wait for its memory; undefined when none holds any. */
  get frameDueMs(): number | undefined {
    if (this.#frameTicket?.isGranted !== true) return undefined;
    return this.#frameGrantedMs + this.#limits.frameGraceMs + (this.#frameTicket.bytes / FRAME_BYTES_PER_SECOND) * 1000;
  }

  /** Calls `listener` once when the connection closes; the returned function forgets it. */
  onClose(listener: () => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  /** Takes no further request, and closes once those begun are answered. */
  drain(): void {
    this.#isDraining = true;
    this.#socket.pause();
    for (const request of this.#waiting) this.#forget(request);
    this.#waiting = [];
    this.#endWhenDrained();
  }

  /** The client sends nothing more; what it sent before is still handled and answered. */
  #endInput(): void {
    this.#isDraining = true;
    this.#endWhenDrained();
  }

  /** Closes at once; answers that have not left are dropped. */
  destroy(): void {
    this.#socket.destroy();
    this.#close();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('drain', () => {
      this.lastActiveMs = this.#nowMs();
      this.#noteUnread();
      this.#advance();
    });
    // A client that ended its side gets the answers that are under way.
    socket.on('end', () => this.#endInput());
    socket.on('error', () => this.#close());
    socket.on('close', () => this.#close());
  }

  #take(buffer: Buffer, count: number): void {
    if (this.#isClosed || this.#isDraining) return;
    this.lastActiveMs = this.#nowMs();
    try {
      if (buffer === this.#target) this.#assembler.filled(count);
      else this.#assembler.push(buffer.subarray(0, count));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#log(`closing the connection of ${this.remoteAddress}: ${error.message}`);
      this.drain();
      return;
    }
    this.#claimFurther();
    this.#advance();
    this.#regulate();
  }

  /** Doubles the claim of the frame that is being read once half of it has come. */
  #claimFurther(): void {
    const { frameBytes, receivedBytes } = this.#assembler;
    const ticket = this.#frameTicket;
    if (ticket?.isGranted !== true || ticket.bytes >= frameBytes || receivedBytes * 2 <= ticket.bytes) return;
    ticket.growTo(Math.min(frameBytes, Math.max(ticket.bytes, receivedBytes) * 2));
  }

  #takeFrame(frame: readonly Buffer[], sizeBytes: number, isReused: boolean): void {
    const ticket = this.#frameTicket!;
    this.#frameTicket = undefined;
    ticket.force(sizeBytes);
    this.#inFlightBytes += sizeBytes;
    const pipeline = this.#handler.pipelineOf(frame);
    this.#waiting.push({ frame, isReused, ticket, pipeline, isDone: false, answer: null });
  }

  /** Begins the requests whose turn it is. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    let taken = 0;
    while (taken < this.#waiting.length && !this.#isClosed) {
      const next = this.#waiting[taken]!;
      const last = this.#begun.at(-1);
      if (last !== undefined && (next.pipeline === 0 || next.pipeline !== last.pipeline)) break;
      if (this.#isBehind()) break;
      taken++;
      this.#begin(next);
    }
    this.#waiting = taken === this.#waiting.length ? [] : taken === 0 ? this.#waiting : this.#waiting.slice(taken);
    this.#isAdvancing = false;
  }

  #begin(request: PendingRequest): void {
    this.#begun.push(request);
    let answer: Answer | Promise<Answer>;
    try {
      answer = this.#handler.handle(request.frame, this);
    } catch (error) {
      answer = this.#failed(error);
    }
    if (answer instanceof Promise) {
      answer.then(
        (value) => this.#answered(request, value),
        (error: unknown) => this.#finish(request, this.#failed(error)),
      );
    } else {
      this.#answered(request, answer);
    }
  }

  /** Not after a failure: something of the frame may still be under way to the disk. */
  #answered(request: PendingRequest, answer: Answer): void {
    if (request.isReused) for (const piece of request.frame) release(piece);
    this.#finish(request, answer);
  }

  #failed(error: unknown): Answer {
    this.#log(
      `closing the connection of ${this.remoteAddress}: ${error instanceof Error ? error.stack : String(error)}`,
    );
    return CLOSE_CONNECTION;
  }

  #finish(request: PendingRequest, answer: Answer): void {
    request.isDone = true;
    request.answer = answer;
    if (this.#isFlushScheduled || this.#isClosed) return;
    this.#isFlushScheduled = true;
    // After the promises of this turn: whatever one sync of the disk completed leaves in one write.
    process.nextTick(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  /** Writes the answers that are ready and in turn, then goes on with the next requests. */
  #flush(): void {
    if (this.#isClosed) return;
    const pieces: Buffer[] = [];
    let done = 0;
    let mustClose = false;
    while (done < this.#begun.length && this.#begun[done]!.isDone) {
      const request = this.#begun[done++]!;
      this.#forget(request);
      if (request.answer === CLOSE_CONNECTION) {
        mustClose = true;
        break;
      }
      for (const piece of request.answer ?? []) pieces.push(piece);
    }
    writeAnswers(this.#socket, pieces);
    this.#noteUnread();
    this.#begun = done === this.#begun.length ? [] : this.#begun.slice(done);
    this.lastActiveMs = this.#nowMs();
    if (mustClose) {
      for (const request of this.#begun) this.#forget(request);
      this.#begun = [];
      this.drain();
      return;
    }
    this.#advance();
    if (this.#isDraining) this.#endWhenDrained();
    else this.#regulate();
  }

  /** Whether the client has to take answers before it gets further ones: it then has so many that a drain event comes. */
  #isBehind(): boolean {
    if (this.#answers.isExhausted && this.#socket.writableNeedDrain) return true;
    return this.#socket.writableLength > this.#limits.unreadAnswerBytes;
  }

  /** Counts the answers that the client leaves unread. Few bytes are not counted: no event would say that they were taken. */
  #noteUnread(): void {
    const waits = !this.#isClosed && this.#socket.writableNeedDrain;
    this.#unread.bytes = waits ? this.#socket.writableLength : 0;
    this.#unreadSinceMs = waits ? (this.#unreadSinceMs ?? this.#nowMs()) : undefined;
  }

  #forget(request: PendingRequest): void {
    this.#inFlightBytes -= request.ticket.bytes;
    request.ticket.release();
  }

  /** Reads on or stops reading, by what is held. */
  #regulate(): void {
    if (this.#isClosed || this.#isDraining) return;
    const inFlight = this.#waiting.length + this.#begun.length;
    const mayRead =
      inFlight < this.#limits.inFlightRequests && this.#inFlightBytes < this.#limits.inFlightBytes && this.#hasRoom();
    if (mayRead === !this.#socket.isPaused()) return;
    if (mayRead) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Whether the budget lets this connection read: its frame is granted, or it reads none and there is room left. */
  #hasRoom(): boolean {
    if (this.#frameTicket !== undefined) return this.#frameTicket.isGranted;
    if (this.#roomTicket !== undefined) return false;
    const ticket = this.#budget.request(0, () => {
      this.#roomTicket?.release();
      this.#roomTicket = undefined;
      this.#regulate();
    });
    if (!ticket.isGranted) {
      this.#roomTicket = ticket;
      return false;
    }
    ticket.release();
    return true;
  }

  #endWhenDrained(): void {
    if (this.#begun.length === 0 && this.#waiting.length === 0) this.#socket.end(() => this.#socket.destroy());
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const request of this.#waiting) this.#forget(request);
    for (const request of this.#begun) this.#forget(request);
    this.#waiting = [];
    this.#begun = [];
    this.#frameTicket?.release();
    this.#roomTicket?.release();
    this.#noteUnread();
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
  }
}

/** A socket that listens on all addresses shows those of IPv4 within IPv6's. */
function withoutIpv4Prefix(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
