import { describe, expect, it } from '@jest/globals';
import { ErrorCode, KafkaError } from '../protocol/index.ts';
import { openMachine, type Entry, type OpenMachine } from './testing/key-value-machine.ts';

function put({ runtime }: OpenMachine, key: string, value: string | null): Promise<string> {
  return runtime.write(() => ({ records: [{ key, value }], reply: `${key}=${value}` }));
}

/** Waits until the runtime took up operations again after a failed write. */
async function reloaded({ runtime }: OpenMachine): Promise<void> {
  while (runtime.status !== 'active') await new Promise((resolve) => setImmediate(resolve));
}

function failWrites({ fileSystem }: OpenMachine): void {
  fileSystem.fault = (operation) => (operation === 'write' || operation === 'sync' ? 'EIO' : undefined);
}

describe('a state machine over a log', () => {
  it('applies an operation at once and answers when its records are durable', async () => {
    const open = await openMachine();
    const log = open.storage.get('state', 0)!;
    const reply = put(open, 'a', '1');
    expect(open.machine.entries).toEqual(new Map([['a', '1']]));
    expect(log.highWatermark).toBe(0);
    await expect(reply).resolves.toBe('a=1');
    expect(log.highWatermark).toBe(1);
  });

  it('answers in the order of the operations, reads included', async () => {
    const open = await openMachine();
    const answers: string[] = [];
    const note = (answer: string): number => answers.push(answer);
    const operations = [
      put(open, 'a', '1').then(note),
      open.runtime.read(() => `read a=${open.machine.entries.get('a')}`).then(note),
      put(open, 'a', '2').then(note),
      open.runtime.write(() => ({ records: [], reply: 'no records' })).then(note),
      open.runtime.read(() => `read a=${open.machine.entries.get('a')}`).then(note),
    ];
    expect(answers).toEqual([]);
    await Promise.all(operations);
    expect(answers).toEqual(['a=1', 'read a=1', 'a=2', 'no records', 'read a=2']);
  });

  it('tells replay the offset of each record, and writes the records of an operation together', async () => {
    const open = await openMachine();
    const records: Entry[] = ['a', 'b', 'c'].map((key) => ({ key, value: 'x' }));
    await Promise.all([open.runtime.write(() => ({ records, reply: undefined })), put(open, 'd', 'y')]);
    expect(open.machine.offsets).toEqual([0, 1, 2, 3]);
  });

  it('runs what belongs to a change when it is applied, and what waits for it when it is durable', async () => {
    const open = await openMachine();
    const seen: string[] = [];
    const reply = open.runtime.write(() => ({
      records: [{ key: 'a', value: '1' }],
      reply: undefined,
      onApplied: () => seen.push(`applied a=${open.machine.entries.get('a')}`),
      onDurable: () => seen.push('durable'),
    }));
    expect(seen).toEqual(['applied a=1']);
    await reply;
    expect(seen).toEqual(['applied a=1', 'durable']);
  });

  it('writes nothing for an operation that throws', async () => {
    const open = await openMachine();
    await expect(
      open.runtime.write(() => {
        throw new KafkaError(ErrorCode.INVALID_REQUEST, 'no');
      }),
    ).rejects.toThrow('no');
    expect(open.storage.get('state', 0)!.logEndOffset).toBe(0);
  });

  it('finds its state again when it is loaded, tombstones included', async () => {
    const open = await openMachine();
    await Promise.all([put(open, 'a', '1'), put(open, 'b', '1'), put(open, 'a', '2'), put(open, 'b', null)]);
    const again = await openMachine(open.fileSystem.crash());
    expect(again.machine.entries).toEqual(new Map([['a', '2']]));
    expect(again.machine.loads).toBe(1);
    await put(again, 'c', '3');
    expect(again.machine.offsets).toEqual([0, 1, 2, 3, 4]);
  });

  it('refuses a batch that is too large and goes on as before', async () => {
    const open = await openMachine(undefined, 1000);
    const first = put(open, 'a', '1');
    const refused = put(open, 'big', 'x'.repeat(2000));
    await expect(refused).rejects.toMatchObject({ code: ErrorCode.MESSAGE_TOO_LARGE });
    await first;
    expect(open.machine.entries).toEqual(new Map([['a', '1']]));
    await expect(put(open, 'b', '1')).resolves.toBe('b=1');
    expect(open.machine.resets).toEqual([]);
  });
});

describe('a state machine whose log cannot be written', () => {
  it('fails all that waits with a retriable error and loads its durable state again', async () => {
    const open = await openMachine();
    await put(open, 'a', '1');
    failWrites(open);
    const failed = [put(open, 'a', '2'), put(open, 'b', '1'), open.runtime.read(() => open.machine.entries.get('b'))];
    for (const outcome of await Promise.allSettled(failed)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: ErrorCode.NOT_COORDINATOR, retriable: true },
      });
    }
    open.fileSystem.fault = undefined;
    await reloaded(open);
    expect(open.machine.entries).toEqual(new Map([['a', '1']]));
    expect(open.machine.loads).toBe(2);
    expect(open.problems).toEqual(['A write to state-0 failed; its state is loaded again from the log.']);
  });

  it('takes up its work when the log can be written again, without a hole', async () => {
    const open = await openMachine();
    await put(open, 'a', '1');
    failWrites(open);
    await expect(put(open, 'a', '2')).rejects.toThrow(KafkaError);
    open.fileSystem.fault = undefined;
    await reloaded(open);
    await put(open, 'b', '1');
    expect(open.machine.offsets).toEqual([0, 1]);
    const again = await openMachine(open.fileSystem.crash());
    expect(again.machine.entries).toEqual(
      new Map([
        ['a', '1'],
        ['b', '1'],
      ]),
    );
  });

  it('refuses operations while it loads, and says that they may be tried again', async () => {
    const open = await openMachine();
    const meanwhile: Promise<unknown>[] = [];
    open.machine.reset = () =>
      meanwhile.push(
        put(open, 'a', '1'),
        open.runtime.read(() => 1),
      );
    failWrites(open);
    await expect(put(open, 'a', '1')).rejects.toThrow(KafkaError);
    open.fileSystem.fault = undefined;
    await reloaded(open);
    expect(meanwhile).toHaveLength(2);
    for (const outcome of await Promise.allSettled(meanwhile))
      expect(outcome).toMatchObject({ reason: { code: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, retriable: true } });
  });

  it('tells those who wait for another operation', async () => {
    const open = await openMachine();
    const waiting = Promise.withResolvers<string>();
    const reset = open.machine.reset.bind(open.machine);
    open.machine.reset = (reason) => {
      reset(reason);
      waiting.reject(reason);
    };
    const reply = open.runtime.write(() => ({ records: [], reply: waiting.promise }));
    failWrites(open);
    await expect(put(open, 'a', '1')).rejects.toThrow(KafkaError);
    await expect(reply).rejects.toMatchObject({ code: ErrorCode.NOT_COORDINATOR });
  });

  it('tries to load again until it can', async () => {
    const open = await openMachine();
    await put(open, 'a', '1');
    const replay = open.machine.replay.bind(open.machine);
    let failures = 2;
    open.machine.replay = (record, position) => {
      if (open.runtime.status === 'loading' && failures-- > 0) throw new Error('unreadable');
      replay(record, position);
    };
    failWrites(open);
    await expect(put(open, 'b', '1')).rejects.toThrow(KafkaError);
    open.fileSystem.fault = undefined;
    while (open.runtime.status !== 'active') await open.clock.advance(1000);
    expect(open.machine.entries).toEqual(new Map([['a', '1']]));
    expect(open.problems.filter((problem) => problem.includes('next try'))).toHaveLength(2);
  });
});

describe('a state machine that is closed', () => {
  it('answers what is in flight and refuses what comes later', async () => {
    const open = await openMachine();
    const reply = put(open, 'a', '1');
    const closed = open.runtime.close();
    await expect(put(open, 'b', '1')).rejects.toMatchObject({ code: ErrorCode.NOT_COORDINATOR });
    await expect(reply).resolves.toBe('a=1');
    await closed;
    expect(open.machine.resets).toHaveLength(1);
    await open.runtime.close();
  });

  it('does not wait for a reload that cannot succeed', async () => {
    const open = await openMachine();
    await put(open, 'a', '1');
    open.machine.replay = () => {
      throw new Error('unreadable');
    };
    failWrites(open);
    await expect(open.runtime.write(() => ({ records: [{ key: 'b', value: '1' }], reply: 1 }))).rejects.toThrow();
    await open.runtime.close();
    expect(open.runtime.status).toBe('closed');
  });
});
