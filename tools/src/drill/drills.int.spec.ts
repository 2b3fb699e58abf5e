import { describe, expect, it, jest } from '@jest/globals';
import { crashDrill } from './crash/crash-drill.ts';
import { consumerDrill } from './consumer/consumer-drill.ts';
import { diskDrill } from './disk/disk-drill.ts';
import { eventStoreDrill } from './event-store/event-store-drill.ts';
import { exactlyOnceDrill } from './exactly-once/exactly-once-drill.ts';
import { fuzzDrill } from './fuzz/fuzz-drill.ts';
import { longestMs, runInShort, seed, thorough } from './short-form.fixture.ts';

jest.setTimeout(longestMs);

describe(`the drills, in short (seed ${seed})`, () => {
  it('lose nothing that was acknowledged when the broker ends at random moments', async () => {
    const summary = await runInShort(crashDrill, { cycles: 5 * thorough });
    expect(summary['cycles']).toBe(5 * thorough);
  });

  it('harm nobody with frames that are none', async () => {
    const summary = await runInShort(fuzzDrill, { frames: 2_000 * thorough });
    expect(summary['frames answered']).toBeGreaterThan(0);
    expect(summary['rounds of the canary']).toBeGreaterThan(0);
  });

  it('go on after a full or failing disk', async () => {
    const summary = await runInShort(diskDrill, { rounds: 2 * thorough });
    expect(summary['rounds']).toBe(2 * thorough);
    expect(summary['records acknowledged']).toBeGreaterThan(0);
  });

  it('let no subscriber miss an event of writers that are late, undone or killed', async () => {
    const summary = await runInShort(eventStoreDrill, { writers: 50, turns: 10 * thorough, kills: thorough });
    expect(summary['events stored']).toBeGreaterThan(100);
    expect(summary['events refused or undone']).toBeGreaterThan(0);
  });

  it('keep the effects and the order of consumers whose handlers, processes, broker and database fail', async () => {
    const summary = await runInShort(consumerDrill, { rounds: thorough, events: 300 });
    expect(summary['events']).toBe(300 * thorough);
    expect(summary['keys released']).toBeGreaterThan(0);
  });

  it('give each message one result from Kafka to Kafka, whatever becomes of processors and broker', async () => {
    const summary = await runInShort(exactlyOnceDrill, { rounds: thorough, events: 300 });
    expect(summary['messages']).toBe(300 * thorough);
    expect(summary['dead letters']).toBeGreaterThan(0);
  });
});
