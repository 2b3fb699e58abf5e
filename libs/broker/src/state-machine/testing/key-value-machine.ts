/** A small state machine for tests, a map of texts, on a real log in memory. */
import { randomUuid } from '../../protocol/index.ts';
import { defaultLogConfig, MemoryFileSystem, openLogStorage, type LogStorage } from '../../storage/index.ts';
import { ErrorCode } from '../../protocol/index.ts';
import {
  ManualClock,
  StateMachineRuntime,
  type RecordCodec,
  type SnapshotPolicy,
  type StateMachine,
} from '../index.ts';

export interface Entry {
  readonly key: string;
  readonly value: string | null;
}

export class KeyValueMachine implements StateMachine<Entry> {
  readonly entries = new Map<string, string>();
  readonly offsets: number[] = [];
  readonly resets: string[] = [];
  loads = 0;

  replay({ key, value }: Entry, { offset }: { readonly offset: number }): void {
    this.offsets.push(offset);
    if (value === null) this.entries.delete(key);
    else this.entries.set(key, value);
  }

  *snapshot(): Generator<Entry, void, undefined> {
    for (const [key, value] of this.entries) yield { key, value };
  }

  reset(reason: Error): void {
    this.resets.push(reason.message);
    this.entries.clear();
    this.offsets.length = 0;
  }

  loaded(): void {
    this.loads++;
  }
}

export const entryCodec: RecordCodec<Entry> = {
  encode: ({ key, value }) => ({ key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }),
  decode: ({ key, value }) => (key === null ? undefined : { key: key.toString(), value: value?.toString() ?? null }),
};

export interface OpenMachine {
  readonly fileSystem: MemoryFileSystem;
  readonly storage: LogStorage;
  readonly clock: ManualClock;
  readonly machine: KeyValueMachine;
  readonly runtime: StateMachineRuntime<Entry>;
  readonly problems: string[];
}

/** A loaded machine on the log that `fileSystem` holds. */
export async function openMachine(
  fileSystem = new MemoryFileSystem(),
  maxMessageBytes = 1_000_000,
  snapshots?: SnapshotPolicy,
): Promise<OpenMachine> {
  const clock = new ManualClock();
  const storage = await openLogStorage({ directory: '/data', fileSystem, clock });
  const config = { ...defaultLogConfig, maxMessageBytes, ...(snapshots && { segmentBytes: 1000 }) };
  const log = storage.get('state', 0) ?? (await storage.create('state', 0, { topicId: randomUuid(), config }));
  log.updateConfig(config);
  const machine = new KeyValueMachine();
  const problems: string[] = [];
  const runtime = new StateMachineRuntime<Entry>({
    name: 'state-0',
    log,
    machine,
    codec: entryCodec,
    clock,
    loadingError: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    unavailableError: ErrorCode.NOT_COORDINATOR,
    snapshots,
    onProblem: (message) => problems.push(message),
  });
  await runtime.load();
  return { fileSystem, storage, clock, machine, runtime, problems };
}
