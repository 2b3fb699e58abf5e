import { defineConfig, integer, optional, text } from '@headwater/service-kit';

/** Where the lake is read, and what a query may take. */
export class LakeConfig extends defineConfig({
  lakeUrl: text({ default: 'lake', description: 'where the lake lies: a folder, or s3://BUCKET/PREFIX' }),
  lakeS3Region: text({ default: 'us-east-1', description: "region of the lake's bucket", env: 'LAKE_S3_REGION' }),
  lakeS3Endpoint: optional(
    text({ description: "URL of an S3-compatible store that is not Amazon's", env: 'LAKE_S3_ENDPOINT' }),
  ),
  lakeS3AccessKeyId: optional(
    text({ description: "access key; the machine's own when not given", env: 'LAKE_S3_ACCESS_KEY_ID' }),
  ),
  lakeS3SecretAccessKey: optional(
    text({ secret: true, description: 'secret of the access key', env: 'LAKE_S3_SECRET_ACCESS_KEY' }),
  ),
  lakeCacheBytes: integer({
    default: 1_073_741_824,
    min: 1_048_576,
    description: 'bytes of a bucket that are kept on this machine for queries; a query of more is refused',
  }),
  queriesFolder: text({ default: 'queries', description: 'folder of saved queries (*.yaml)' }),
  queryTimeLimitMs: integer({
    default: 10_000,
    min: 10,
    max: 600_000,
    description: 'milliseconds that a query may take',
  }),
  queryMemoryBytes: integer({
    default: 268_435_456,
    min: 33_554_432,
    description: 'bytes of memory that a query may take',
  }),
  queryMaxRows: integer({ default: 10_000, min: 1, max: 1_000_000, description: 'rows that a query answers at most' }),
  queryMaxBytes: integer({
    default: 8_388_608,
    min: 1_024,
    max: 268_435_456,
    description: 'bytes of JSON that a query answers at most',
  }),
  queryConcurrency: integer({ default: 2, min: 1, max: 64, description: 'queries that run at once' }),
}) {}
