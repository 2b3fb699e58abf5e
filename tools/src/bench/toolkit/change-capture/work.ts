/** What is captured, by whom, and what our program takes. */
export type CaptureForm = 'rows' | 'outbox';

/** A database and where its changes go. */
export interface CaptureSource {
  readonly form: CaptureForm;
  /** Names the slot and the publication. */
  readonly name: string;
  readonly databaseUrl: string;
  readonly bootstrapServers: string;
  readonly topic: string;
}

/** A process that captures. */
export interface RunningCapturer {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Ours or a peer. Both read a slot that was made before the rows were. */
export interface Capturer {
  /** Makes the slot. */
  prepare(source: CaptureSource): Promise<void>;
  start(source: CaptureSource): Promise<RunningCapturer>;
}
