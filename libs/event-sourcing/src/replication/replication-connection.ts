/**
 * One connection in replication mode: creates slots, and streams from one.
 *
 * The driver connects and authenticates; when the stream begins, its bytes are taken from the socket without the driver's own
 * parser. Inside the copy stream come `w` (log data: start lsn(8) end lsn(8) time(8) message) and `k` (keepalive: end lsn(8) time(8)
 * reply requested(1)); back goes `r` (written, flushed and applied lsn, time, reply requested). Nothing is confirmed that the caller
 * has not said to be safe: flushed and applied are always the confirmed place. `pause` stops reading from the socket, so that the
 * server waits; status updates go on, so that it does not think the reader dead.
 * Source: PostgreSQL's documentation, "Streaming Replication Protocol".
 */
import { type Socket } from 'node:net';
import pg from 'pg';
import { sqlStateOf } from '../database/index.ts';
import { formatLsn } from './lsn.ts';
import { MessageFraming } from './message-framing.ts';
import { ReplicationError } from './replication-error.ts';

export interface StreamListener {
  /** A message of the output plugin: `block` from `start` on. */
  logData(block: Buffer, start: number, lsn: bigint): void;
  /** Everything before `endLsn` was sent. */
  keepalive(endLsn: bigint): void;
  /** All that a block of the socket held was taken. */
  drained(receivedBytes: number): void;
  /** Called once, whatever ends the stream. */
  ended(error: ReplicationError): void;
}

export interface CreatedSlot {
  /** For `SET TRANSACTION SNAPSHOT`: exactly what was committed before the slot's first change. Valid until the connection is used. */
  readonly snapshotName: string;
  readonly consistentPoint: string;
}

const POSTGRES_EPOCH_MS = 946_684_800_000;
const COPY_BOTH_RESPONSE = 0x57;
const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const ERROR_RESPONSE = 0x45;
const LOG_DATA = 0x77;
const KEEPALIVE = 0x6b;
const LOG_DATA_HEADER_BYTES = 25;
const STATUS_BYTES = 39;

/** Text forms that do not depend on the server's or the role's settings. */
export const sessionSettings =
  '-c DateStyle=ISO -c IntervalStyle=iso_8601 -c TimeZone=UTC -c extra_float_digits=1 -c bytea_output=hex';

export class ReplicationConnection {
  private readonly client: pg.Client;
  private readonly socket: Socket;
  private listener: StreamListener | undefined;
  private pausedReading = false;
  private ending = false;

  private constructor(client: pg.Client) {
    this.client = client;
    this.socket = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
  }

  /** @param senderTimeoutMs after which the server gives up a reader that is not heard of, and frees the slot */
  static async open(config: pg.ClientConfig, senderTimeoutMs: number): Promise<ReplicationConnection> {
    const options = `${sessionSettings} -c wal_sender_timeout=${senderTimeoutMs} -c statement_timeout=0`;
    const settings = { ...config, replication: 'database', options, keepAlive: true };
    const client = new pg.Client(settings);
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw connectError(error);
    }
    return new ReplicationConnection(client);
  }

  /** Process id of the server's side. */
  get senderId(): number {
    return (this.client as unknown as { readonly processID: number }).processID;
  }

  get isPaused(): boolean {
    return this.pausedReading;
  }

  /** Waits until transactions that run now have ended. */
  async createSlot(name: string): Promise<CreatedSlot> {
    const sql = `CREATE_REPLICATION_SLOT ${quoted(name)} LOGICAL pgoutput (SNAPSHOT 'export')`;
    try {
      const { rows } = await this.client.query<{ snapshot_name: string; consistent_point: string }>(sql);
      return { snapshotName: rows[0]!.snapshot_name, consistentPoint: rows[0]!.consistent_point };
    } catch (error) {
      throw slotError(error, name);
    }
  }

  /**
   * Begins to stream; resolves when the server has agreed.
   *
   * @throws ReplicationError REPLICATION_SLOT_IN_USE, REPLICATION_SLOT_LOST …
   */
  async start(
    stream: {
      readonly slot: string;
      readonly publication: string;
      readonly binary: boolean;
      readonly startLsn: bigint;
    },
    listener: StreamListener,
  ): Promise<void> {
    const started = Promise.withResolvers<undefined>();
    let hasStarted = false;
    const fail = (error: ReplicationError): void => {
      if (hasStarted) this.end(error);
      else started.reject(error);
    };
    const framing = new MessageFraming((kind, block, start, end) => {
      if (kind === COPY_DATA) this.copyData(block, start);
      else if (kind === ERROR_RESPONSE) fail(slotError(errorOf(block, start, end), stream.slot));
      else if (kind === COPY_BOTH_RESPONSE) {
        hasStarted = true;
        this.listener = listener;
        started.resolve(undefined);
      } else if (kind === COPY_DONE) fail(disconnected('the server ended the stream'));
    });
    this.socket.removeAllListeners('data');
    this.socket.on('data', (block: Buffer) => {
      if (this.ending) return;
      try {
        framing.take(block);
        this.listener?.drained(block.length);
      } catch (error) {
        if (!(error instanceof ReplicationError)) throw error;
        fail(error);
      }
    });
    this.socket.once('close', () => fail(disconnected('the connection to PostgreSQL ended')));
    const sql =
      `START_REPLICATION SLOT ${quoted(stream.slot)} LOGICAL ${formatLsn(stream.startLsn)} ` +
      `(proto_version '1', publication_names '${quoted(stream.publication).replaceAll("'", "''")}', ` +
      `binary '${stream.binary}', messages 'true')`;
    this.socket.write(queryMessage(sql));
    await started.promise;
  }

  /** Tells the server what is safe. @param atMs when, on the caller's clock; the server tells it again in pg_stat_replication */
  confirm(receivedLsn: bigint, confirmedLsn: bigint, atMs: number): void {
    if (this.ending || !this.socket.writable) return;
    const status = Buffer.alloc(STATUS_BYTES);
    status[0] = COPY_DATA;
    status.writeUInt32BE(STATUS_BYTES - 1, 1);
    status.write('r', 5, 'latin1');
    status.writeBigUInt64BE(receivedLsn, 6);
    status.writeBigUInt64BE(confirmedLsn, 14);
    status.writeBigUInt64BE(confirmedLsn, 22);
    status.writeBigInt64BE(BigInt(Math.round((atMs - POSTGRES_EPOCH_MS) * 1000)), 30);
    this.socket.write(status);
  }

  pause(): void {
    this.pausedReading = true;
    this.socket.pause();
  }

  resume(): void {
    this.pausedReading = false;
    this.socket.resume();
  }

  /** Ends after what was written; the slot is free when it resolves, or the server is gone. */
  async close(): Promise<void> {
    this.ending = true;
    this.listener = undefined;
    const closed = this.socket.destroyed
      ? Promise.resolve()
      : new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    this.socket.resume();
    const late = setTimeout(() => this.socket.destroy(), 1000);
    await this.client.end().catch(() => undefined);
    await closed;
    clearTimeout(late);
  }

  private copyData(block: Buffer, start: number): void {
    const { listener } = this;
    if (!listener) return;
    const kind = block[start];
    if (kind === LOG_DATA) {
      listener.logData(block, start + LOG_DATA_HEADER_BYTES, block.readBigUInt64BE(start + 1));
    } else if (kind === KEEPALIVE) listener.keepalive(block.readBigUInt64BE(start + 1));
  }

  private end(error: ReplicationError): void {
    if (this.ending) return;
    this.ending = true;
    this.listener?.ended(error);
    this.socket.destroy();
  }
}

function queryMessage(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5);
  message.write('Q', 0, 'latin1');
  message.writeUInt32BE(text.length + 4, 1);
  return Buffer.concat([message, text]);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Fields of an ErrorResponse: a letter and a text that ends with a zero byte, each. */
function errorOf(block: Buffer, start: number, end: number): Error {
  const fields = new Map(
    block
      .toString('utf8', start, end)
      .split('\0')
      .filter((field) => field !== '')
      .map((field) => [field[0]!, field.slice(1)]),
  );
  return Object.assign(new Error(fields.get('M') ?? 'unknown error'), { code: fields.get('C') ?? '' });
}

function disconnected(reason: string, cause?: unknown): ReplicationError {
  return new ReplicationError('REPLICATION_DISCONNECTED', reason, { cause });
}

/** What an error of a command about a slot means. */
function slotError(error: unknown, slot: string): ReplicationError {
  const state = sqlStateOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (state === '55006')
    return new ReplicationError('REPLICATION_SLOT_IN_USE', `slot ${slot} is read by another process: ${reason}`);
  if (state === '42704' && reason.startsWith('publication'))
    return new ReplicationError(
      'PUBLICATION_MISMATCH',
      `${reason} at the place where slot ${slot} stands: it was made after the slot. Drop the slot, to have both made anew`,
      { cause: error },
    );
  // The two ways in which the server says that the log was removed: at the start, and while the slot was read.
  if (state === '42704' || (state === '55000' && /can no longer|invalidated|cannot read from/i.test(reason)))
    return new ReplicationError('REPLICATION_SLOT_LOST', `slot ${slot} is lost: ${reason}`, { cause: error });
  if (state === '42501')
    return new ReplicationError('REPLICATION_NOT_PERMITTED', `${reason}: give the role REPLICATION`, { cause: error });
  if (state === '55000' || state === '53400' || state === '53300')
    return new ReplicationError(
      'REPLICATION_NOT_ENABLED',
      `${reason}: set wal_level=logical, and enough max_replication_slots and max_wal_senders`,
      { cause: error },
    );
  return disconnected(reason, error);
}

function connectError(error: unknown): ReplicationError {
  const state = sqlStateOf(error);
  const reason = error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
  if (state === '42501')
    return new ReplicationError('REPLICATION_NOT_PERMITTED', `${reason}: give the role REPLICATION`, { cause: error });
  return disconnected(reason, error);
}
