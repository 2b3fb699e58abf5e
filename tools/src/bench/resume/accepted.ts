import { setTimeout as delay } from 'node:timers/promises';
import { type BenchOptions, row, type Row } from '../bench.ts';
import { BatchLoad } from '../load/paced.ts';
import { median, percentile } from '../statistics.ts';
import { judge, valueAtLeast, valueAtMost } from '../target.ts';
import { eventOf, positionProducer, reportOf, sendOne } from './reports.ts';
import { ResumeService, withKafka, type Kafka } from './service.ts';

const batchSize = 200;
const batchesInFlight = 8;
const ratePerSecond = 10_000;
const probeEveryMs = 25;
/** Reports lie in the past, as the service refuses those of the future. */
const pastMs = 7 * 24 * 3_600_000;

/** Positions a second, and how soon one is read while 10,000 a second come in. */
export async function* acceptedRows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const [rounds, positions, seconds] = quick ? [1, 20_000, 2] : [3, 150_000, 15];
  const accepted: number[] = [];
  const direct: number[] = [];
  const readableMs: number[] = [];
  let sustained = 0;
  await withKafka(async (kafka) => {
    const service = await ResumeService.start(kafka);
    try {
      const load = loadOf(service);
      await load.asFastAsAnswered(positions / 5, batchesInFlight);
      for (let round = 0; round < rounds; round += 1) {
        onProgress(`resume/accepted round ${round + 1} of ${rounds}`);
        accepted.push(await load.asFastAsAnswered(positions, batchesInFlight));
        direct.push(await straightToKafka(kafka, positions));
      }
      onProgress('resume/readable');
      const probing = new AbortController();
      const probes = probe(service, readableMs, probing.signal);
      sustained = await load.atRate(ratePerSecond, seconds);
      probing.abort();
      await probes;
    } finally {
      await service.stop();
    }
  });
  const value = median(accepted);
  yield judged(row('resume/accepted', value, 'positions/s', median(direct)), valueAtLeast(ratePerSecond));
  const note = `while ${Math.round(sustained)} positions/s were accepted; ${readableMs.length} probes`;
  yield { ...row('resume/readable/p50', median(readableMs), 'ms', null), better: 'less', note };
  const p99 = row('resume/readable/p99', percentile(readableMs, 0.99), 'ms', null);
  yield { ...judged(p99, valueAtMost(100)), better: 'less', note };
}

function judged(measured: Row, target: ReturnType<typeof valueAtLeast>): Row {
  return { ...measured, target: judge(target, measured.value, measured.ratio, measured.unit)! };
}

/** Reports in order; every one is newer than what was there. */
function loadOf(service: ResumeService): BatchLoad {
  const startMs = Date.now() - pastMs;
  return new BatchLoad(batchSize, async (first, count) => {
    const reports = Array.from({ length: count }, (_, index) => reportOf(first + index, startMs));
    const moved = await service.report(reports);
    if (moved !== count) throw new Error(`${count - moved} of ${count} positions were not accepted`);
  });
}

async function straightToKafka(kafka: Kafka, positions: number): Promise<number> {
  const { producer } = await positionProducer(kafka);
  const startMs = Date.now() - pastMs;
  const startedMs = performance.now();
  for (let first = 0; first < positions; first += batchSize * batchesInFlight) {
    const last = Math.min(first + batchSize * batchesInFlight, positions);
    const events = Array.from({ length: last - first }, (_, index) => eventOf(first + index, startMs));
    await Promise.all(events.map((event) => sendOne(producer, event)));
  }
  const tookMs = performance.now() - startedMs;
  await producer.close();
  return (positions / tookMs) * 1000;
}

/** A lone device, now and then. */
async function probe(service: ResumeService, readableMs: number[], signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted; number += 1) {
    readableMs.push(
      await service.untilReadable({
        ...reportOf(number, Date.now()),
        deviceId: 'probe',
        userId: `probe-${number % 100}`,
      }),
    );
    await delay(probeEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
