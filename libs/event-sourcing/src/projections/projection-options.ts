/** How a host runs its projections. */
export interface ProjectionHostOptions {
  /** Most events that share one transaction; 500 by default. What is open so long holds back other readers of all events. */
  readonly maxBatchEvents?: number;
  /** The same during a rebuild; 50,000 by default. More than 5,000 only while they are applied quickly, and no more than fit in 16 MiB. */
  readonly maxRebuildBatchEvents?: number;
  /** First pause of a projection that has nothing to do, in milliseconds; 20 by default. It doubles up to `pollMs`. */
  readonly firstPollMs?: number;
  /** Longest pause between looks at the events; 1000 by default. New events end it at once. */
  readonly pollMs?: number;
  /** Longest pause after a failure; 30,000 by default. */
  readonly maxBackoffMs?: number;
  readonly observer?: ProjectionObserver;
}

/** What happens to projections, for logs and metrics. */
export interface ProjectionObserver {
  applied?(name: string, events: number): void;
  /** `apply` fails for this event; the projection stands still and tries again. */
  failed?(name: string, eventId: string, error: unknown, retryAfterMs: number): void;
  /** The tables are of a newer version than this process: it leaves the projection to others. */
  superseded?(name: string, version: number): void;
  rebuildStarted?(name: string, version: number, resumed: boolean): void;
  /** The rebuilt tables cannot replace the old ones yet. */
  rebuildDelayed?(name: string, error: unknown): void;
  rebuilt?(name: string, version: number): void;
  disconnected?(error: unknown): void;
}

export type ProjectionSettings = Required<Omit<ProjectionHostOptions, 'observer'>> & {
  readonly observer: ProjectionObserver;
};

/** Fills in the defaults. @throws RangeError */
export function projectionSettings(options: ProjectionHostOptions): ProjectionSettings {
  const settings = {
    maxBatchEvents: options.maxBatchEvents ?? 500,
    maxRebuildBatchEvents: options.maxRebuildBatchEvents ?? 50_000,
    firstPollMs: options.firstPollMs ?? 20,
    pollMs: options.pollMs ?? 1000,
    maxBackoffMs: options.maxBackoffMs ?? 30_000,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`projection option ${name} must be a whole number of at least 1, not ${value}`);
    }
  }
  return { ...settings, observer: options.observer ?? {} };
}
