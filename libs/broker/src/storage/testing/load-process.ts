/**
 * A process that appends without end and says what was acknowledged: `node load-process.ts <folder> <fsync|os>`.
 * Its parent kills it. Each line is `<base offset> <first value>`; the values count up from the end of the log.
 */
import { randomUuid } from '../../protocol/index.ts';
import { defaultLogConfig } from '../log-config.ts';
import { openLogStorage } from '../open-log-storage.ts';
import { batch } from './log-fixtures.ts';

const [directory, flush] = process.argv.slice(2) as [string, 'fsync' | 'os'];
const storage = await openLogStorage({ directory, flush, checkpointIntervalMs: 20 });
const config = { ...defaultLogConfig, segmentBytes: 60_000 };
const log = storage.get('load', 0) ?? (await storage.create('load', 0, { topicId: randomUuid(), config }));
log.updateConfig(config);
process.stdout.write(`open ${log.logEndOffset}\n`);

async function writer(): Promise<never> {
  for (;;) {
    const first = log.logEndOffset;
    const values = Array.from({ length: 1 + (first % 4) }, (_, index) => String(first + index));
    const options = { values, timestampMs: Date.now(), producerId: 1, producerEpoch: 0, baseSequence: first };
    const result = log.append([batch(options)], { origin: 'client' });
    await result.durable;
    process.stdout.write(`${result.lastOffset}\n`);
  }
}
await Promise.all(Array.from({ length: 5 }, writer));
