import { batchesIn, decodeRecords, fetchApi } from '../protocol/index.ts';
import { asked, type Address } from './asked.ts';

/** A version that names topics. */
const VERSION = 12;
const MAX_BYTES = 10_000_000;

/** The values of a partition's first records as this project's own codec reads them, whatever their compression. */
export async function storedValues(
  address: Address,
  topic: string,
  partition: number,
): Promise<(string | undefined)[]> {
  const partitions = [{ partition, fetchOffset: 0, partitionMaxBytes: MAX_BYTES }];
  const body = { maxWaitMs: 0, minBytes: 0, maxBytes: MAX_BYTES, topics: [{ topic, partitions }] };
  const { responses } = await asked(address, fetchApi, VERSION, body);
  return [...batchesIn(responses[0]!.partitions[0]!.records ?? [])].flatMap((batch) =>
    [...decodeRecords(batch)].map(({ value }) => value?.toString()),
  );
}
