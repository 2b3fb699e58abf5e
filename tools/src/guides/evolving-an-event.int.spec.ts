import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { runGuide } from './index.ts';

Logger.overrideLogger(['error']);

const guide = path.resolve(import.meta.dirname, '../../../docs/guides/evolving-an-event.md');

/** What the guide shows, by the name in the comment over it. */
function shownIn(text: string): Map<string, string> {
  const blocks = text.matchAll(/<!-- step: ([\w-]+) -->\s*```text\n([\s\S]*?)\n```/g);
  return new Map([...blocks].map(([, step, block]) => [step!, block!]));
}

describe('the guide of an evolving event', () => {
  let kafka: RunningBroker;
  beforeAll(async () => {
    kafka = await startBroker({ flush: 'os', config: { 'group.initial.rebalance.delay.ms': '0' } });
  });
  afterAll(() => kafka.close());

  it('shows what its steps say when they are run', async () => {
    const said = new Map<string, string>();
    await runGuide(kafka, (step, text) => said.set(step, text));
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(shownIn(fs.readFileSync(guide, 'utf8'))));
  }, 120_000);
});
