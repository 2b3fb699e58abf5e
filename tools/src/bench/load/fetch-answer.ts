/** What came of a Fetch, v11: how many batches of each partition. */
export interface FetchAnswer {
  /** 0 when the broker keeps no session. */
  readonly sessionId: number;
  /** Those that have records. */
  readonly partitions: readonly { readonly partition: number; readonly batches: number }[];
}

/** Reads an answer to its end; batches are all of one length. @throws when it, or a partition of it, has an error. */
export function readFetchAnswer(answer: Buffer, batchBytes: number): FetchAnswer {
  let at = 4 + 4;
  const int16 = () => answer.readInt16BE((at += 2) - 2);
  const int32 = () => answer.readInt32BE((at += 4) - 4);
  const check = (error: number, where: string) => {
    if (error !== 0) throw new Error(`Fetch of ${where} failed with ${error}`);
  };
  check(int16(), 'the session');
  const sessionId = int32();
  const partitions: { partition: number; batches: number }[] = [];
  for (let topics = int32(); topics > 0; topics--) {
    at += answer.readInt16BE(at) + 2;
    for (let count = int32(); count > 0; count--) {
      const partition = int32();
      check(int16(), `partition ${partition}`);
      at += 8 + 8 + 8;
      const aborted = int32();
      at += Math.max(0, aborted) * 16 + 4;
      const sizeBytes = Math.max(0, int32());
      at += sizeBytes;
      const batches = Math.floor(sizeBytes / batchBytes);
      if (batches > 0) partitions.push({ partition, batches });
    }
  }
  return { sessionId, partitions };
}
