import { connect } from 'node:net';
import { batchesIn, decodeRecords, decodeResponse, encodeRequest, fetchApi } from '../protocol/index.ts';

/** A version that names topics. */
const VERSION = 12;
const MAX_BYTES = 10_000_000;

/** The values of a partition's first records as this project's own codec reads them, whatever their compression. */
export async function storedValues(
  { host, port }: { readonly host: string; readonly port: number },
  topic: string,
  partition: number,
): Promise<(string | undefined)[]> {
  const partitions = [{ partition, fetchOffset: 0, partitionMaxBytes: MAX_BYTES }];
  const body = { maxWaitMs: 0, minBytes: 0, maxBytes: MAX_BYTES, topics: [{ topic, partitions }] };
  const socket = connect({ host, port });
  socket.write(Buffer.concat(encodeRequest(fetchApi, VERSION, { correlationId: 1, clientId: 'interop' }, body)));
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) continue;
    const answer = decodeResponse(fetchApi, VERSION, [received.subarray(4)]).body;
    const { records } = answer.responses[0]!.partitions[0]!;
    return [...batchesIn(records ?? [])].flatMap((batch) =>
      [...decodeRecords(batch)].map(({ value }) => value?.toString()),
    );
  }
  throw new Error(`The server at ${host}:${port} closed the connection of a Fetch`);
}
