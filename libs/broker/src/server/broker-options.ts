import type { FileSystem } from '../storage/index.ts';

/** What a broker is started with. */
export interface BrokerOptions {
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port, 0 to 65535; 0 takes a free one. Default 9092. */
  readonly port?: number;
  /** Folder of the data, created when it is missing. One process at a time may hold it. */
  readonly dataDir: string;
  /** Kafka's broker configuration by its own names, for example `{ 'num.partitions': '3' }`. */
  readonly config?: Readonly<Record<string, string>>;
  /**
   * When a record counts as durable: `fsync` (the default) after it was synced to the disk, so that it survives a power
   * cut; `os` after it was handed to the operating system, so that it survives the end of the process.
   */
  readonly flush?: 'fsync' | 'os';
  /** What the data lies on; default: the machine's files. For drills and tests of faults. */
  readonly fileSystem?: FileSystem;
  /** Told what an operator should know, one line each; default: nobody. */
  readonly log?: (line: string) => void;
}
