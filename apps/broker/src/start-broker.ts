/** What {@link startBroker} is given. */
export interface StartBrokerOptions {
  /** Address of broker and registry; default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port of the broker; 0 (the default) takes a free one. */
  readonly port?: number;
  /** TCP port of the registry; 0 (the default) takes a free one. */
  readonly registryPort?: number;
  /** Folder of the data; without it a temporary one, removed at `close()`. */
  readonly dataDir?: string;
  /** Kafka's broker configuration by its own names. */
  readonly config?: Readonly<Record<string, string>>;
  /** `fsync` (the default): acknowledged records survive a power cut; `os`: the end of the process. */
  readonly flush?: 'fsync' | 'os';
}

/** A broker and its schema registry that serve. */
export interface RunningBroker extends AsyncDisposable {
  /** `HOST:PORT`, as Kafka clients take it. */
  readonly bootstrapServers: string;
  /** `http://HOST:PORT` of the schema registry. */
  readonly registryUrl: string;
  readonly dataDir: string;
  /** Ends both cleanly; removes a temporary data folder. May be called again. */
  close(): Promise<void>;
}

/** Starts broker and schema registry in this process. @throws an Error whose message is one line that says what to do. */
export function startBroker(_options: StartBrokerOptions = {}): Promise<RunningBroker> {
  return Promise.reject(new Error('The broker is being laid'));
}
