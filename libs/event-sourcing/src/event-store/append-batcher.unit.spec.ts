import { describe, expect, it } from '@jest/globals';
import { AppendBatcher, type AppendOutcome, type BatchedAppend } from './append-batcher.ts';

const limits = { maxBatchAppends: 256, maxBatchBytes: 4_194_304, maxWaitingAppends: 10_000 };
const outcome: AppendOutcome = { appended: true, version: 1, transactionId: 1n, position: 1n };

/** Calls that end when they are told to. */
class Calls {
  readonly underWay: { readonly streams: readonly string[]; readonly end: () => void }[] = [];
  readonly batcher = new AppendBatcher<BatchedAppend>((requests) => this.begin(requests), limits);

  append(streamId: string, bytes = 10): Promise<AppendOutcome> {
    return this.batcher.append({ streamId, bytes });
  }

  async end(index: number): Promise<void> {
    this.underWay.splice(index, 1)[0]!.end();
    await new Promise((resolve) => setImmediate(resolve));
  }

  get streams(): readonly (readonly string[])[] {
    return this.underWay.map(({ streams }) => streams);
  }

  private begin(requests: readonly BatchedAppend[]): Promise<readonly AppendOutcome[]> {
    return new Promise((resolve) => {
      const streams = requests.map(({ streamId }) => streamId);
      this.underWay.push({ streams, end: () => resolve(requests.map(() => outcome)) });
    });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('appends that share calls', () => {
  it('take one call together when they are small', async () => {
    const calls = new Calls();
    const appends = ['a', 'b', 'c', 'd'].map((stream) => calls.append(stream));
    await turn();
    expect(calls.streams).toEqual([['a', 'b', 'c', 'd']]);
    await calls.end(0);
    expect(await Promise.all(appends)).toEqual([outcome, outcome, outcome, outcome]);
  });

  it('take two calls when they are large, and no third', async () => {
    const calls = new Calls();
    const appends = ['a', 'b', 'c', 'd'].map((stream) => calls.append(stream, 10_000));
    await turn();
    expect(calls.streams).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const later = ['e', 'f'].map((stream) => calls.append(stream, 10_000));
    await turn();
    expect(calls.streams).toHaveLength(2);
    await calls.end(1);
    expect(calls.streams).toEqual([
      ['a', 'b'],
      ['e', 'f'],
    ]);
    await calls.end(0);
    await calls.end(0);
    await Promise.all([...appends, ...later]);
  });

  it('wait for the call that has their stream, in their order', async () => {
    const calls = new Calls();
    const order: number[] = [];
    const appends = [1, 2, 3].map(async (number) => {
      await calls.append('a');
      order.push(number);
    });
    await turn();
    expect(calls.streams).toEqual([['a']]);
    const other = calls.append('b');
    await turn();
    expect(calls.streams).toEqual([['a'], ['b']]);
    await calls.end(1);
    await other;
    expect(calls.streams).toEqual([['a']]);
    await calls.end(0);
    expect(calls.streams).toEqual([['a']]);
    await calls.end(0);
    await calls.end(0);
    await Promise.all(appends);
    expect(order).toEqual([1, 2, 3]);
  });
});
