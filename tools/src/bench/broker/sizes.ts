/** Batch sizes of the produce and fetch benches; 1 MB is what a client's default request limit lets through. */
export const sizes = [
  { label: '16KB', batchBytes: 16 * 1024 },
  { label: '128KB', batchBytes: 128 * 1024 },
  { label: '1MB', batchBytes: 1_000_000 },
] as const;
