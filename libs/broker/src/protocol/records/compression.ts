import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ErrorCode } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';
import { Compression } from './batch-header.ts';
import { decompressLz4Frames } from './lz4-frame.ts';
import { lz4Library } from './native-compression.ts';
import { compressSnappy, decompressSnappy } from './snappy-blocks.ts';

/** As much as the largest request may hold (`socket.request.max.bytes`). */
export const DEFAULT_MAX_DECOMPRESSED_BYTES = 100 * 1024 * 1024;

/** Compresses the records of a batch. `level` is of the library, for gzip and zstd; default: Kafka's. */
export function compress(compression: Compression, records: Buffer, level?: number): Buffer {
  switch (compression) {
    case Compression.none:
      return records;
    case Compression.gzip:
      return gzipSync(records, level === undefined ? {} : { level });
    case Compression.snappy:
      return compressSnappy(records);
    case Compression.lz4:
      return lz4Library().compressFrameSync(records);
    case Compression.zstd:
      return zstdCompressSync(records, { params: { [constants.ZSTD_c_compressionLevel]: level ?? 3 } });
  }
}

/**
 * Decompresses the records of a batch into at most `maxBytes`.
 *
 * @throws KafkaError CORRUPT_MESSAGE when they are damaged, or larger than that.
 */
export function decompress(compression: number, records: Buffer, maxBytes: number): Buffer {
  try {
    switch (compression) {
      case Compression.none:
        return records;
      case Compression.gzip:
        return gunzipSync(records, { maxOutputLength: maxBytes });
      case Compression.snappy:
        return decompressSnappy(records, maxBytes);
      case Compression.lz4:
        return decompressLz4Frames(records, maxBytes);
      case Compression.zstd:
        return zstdDecompressSync(records, { maxOutputLength: maxBytes });
      default:
        throw new RangeError(`no compression has the number ${compression}`);
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `The records of a batch cannot be decompressed: ${why}`, { cause });
  }
}
