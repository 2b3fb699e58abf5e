/** Batch sizes of the produce and fetch benches; 1 MB is what a client's default request limit lets through. */
export const sizes = [
  { label: '16KB', batchBytes: 16 * 1024 },
  { label: '128KB', batchBytes: 128 * 1024 },
  { label: '1MB', batchBytes: 1_000_000 },
] as const;

/** Ways to send one record a request. */
export const singles = [
  { label: '50 in flight', connections: 1, inFlight: 50 },
  { label: '1 in flight', connections: 1, inFlight: 1 },
  { label: '50 connections', connections: 50, inFlight: 1 },
] as const;

/** Batches of 100-byte records are sent with so many in flight. */
export const batchesInFlight = 8;
