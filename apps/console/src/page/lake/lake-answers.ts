/** What connect answers about connectors and the lake, as far as the page shows it. */

export interface ConnectorStatus {
  readonly name: string;
  readonly type: string;
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly { readonly id: number; readonly state: string; readonly trace?: string }[];
}

export type Connectors = Readonly<Record<string, { readonly status: ConnectorStatus }>>;

export interface LakeTable {
  readonly topic: string;
  readonly files: number;
  readonly bytes: number;
  readonly firstDate: string;
  readonly lastDate: string;
  readonly nextOffsets: Readonly<Record<string, number>>;
}

export interface Lake {
  readonly location: string;
  readonly tables: readonly LakeTable[];
}

export interface ChartHint {
  readonly kind: string;
  readonly x: string;
  readonly y: readonly string[];
}

export interface SavedQuery {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly sql: string;
  readonly chart: ChartHint | null;
}

export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
  readonly tookMs: number;
}

/** What a saved query gives. */
export interface SavedResult {
  readonly answer: QueryAnswer | null;
  /** Why there is no answer yet. */
  readonly skipped: string | null;
}

export interface Agreement {
  readonly agreed: boolean;
  readonly comparisons: readonly {
    readonly name: string;
    readonly title: string;
    readonly keys: number;
    readonly agreed: number;
    readonly moving: number;
    readonly differing: number;
    readonly skipped: string | null;
  }[];
}

export const CONNECT = '/api/services/connect';
