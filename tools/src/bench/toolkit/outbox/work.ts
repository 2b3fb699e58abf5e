/** What the programs of this folder take and print. */
export interface RelayWork {
  readonly databaseUrl: string;
  readonly bootstrapServers: string;
  readonly topic: string;
}

export interface DrainWork extends RelayWork {
  /** All that is in the outbox. */
  readonly messages: number;
}

export interface DrainFigures {
  /** From the relay's start until every message is marked as published. */
  readonly perSecond: number;
}

/** How the peer learns of messages. */
export type PeerForm = 'polling' | 'replication';

export interface PeerDrainWork extends DrainWork {
  readonly form: PeerForm;
}

export interface IdleFigures {
  /** Of one core, in percent. */
  readonly cpuPercent: number;
}
