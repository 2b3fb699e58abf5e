/** The child's side of a lesson's worker: its settings come first, then words go both ways. */

/** Where the worker finds what it needs. */
export interface WorkerSettings {
  readonly bootstrapServers: readonly string[];
  readonly registryUrl: string;
  /** With the lesson's schema on its search path; empty for a worker without a database. */
  readonly databaseUrl: string;
  /** Topics, groups and the like, by the names that the lesson and its worker agree on. */
  readonly names: Readonly<Record<string, string>>;
}

/** What is said, by either side. `ready` is the worker's first word. */
export interface WorkerWord {
  readonly kind: string;
  readonly key?: string;
  readonly number?: number;
  readonly text?: string;
}

export type Tell = (word: WorkerWord) => void;

export interface Work {
  /** A word of the console. */
  readonly onWord?: (word: WorkerWord) => void;
  readonly close: () => Promise<void>;
}

/** Runs `begin` with the settings, and closes its work at SIGTERM. Ends at once when the console is gone. */
export async function workForLesson(begin: (settings: WorkerSettings, tell: Tell) => Promise<Work>): Promise<void> {
  process.on('disconnect', () => process.exit());
  const settings = await new Promise<WorkerSettings>((resolve) => {
    process.once('message', (message) => resolve(message as WorkerSettings));
  });
  const tell: Tell = (word) => {
    if (process.connected) process.send?.(word, () => undefined);
  };
  const work = await begin(settings, tell);
  process.on('message', (message) => work.onWord?.(message as WorkerWord));
  process.once('SIGTERM', () => {
    void work.close().finally(() => process.exit());
  });
  tell({ kind: 'ready' });
}
