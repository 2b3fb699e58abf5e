/** What the page is told about lessons. Plain JSON; the page shares these types. */

/** The lessons, in the order in which they are best read. */
export const LESSON_IDS = [
  'idempotent-producer',
  'inbox',
  'outbox',
  'change-capture',
  'ordered-parking',
  'exactly-once',
  'compaction',
  'rebalance',
  'broker-restart',
] as const;

export type LessonId = (typeof LESSON_IDS)[number];

/** What a lesson must have to run: the broker alone, or also the console's database, a door, a service. */
export type Need = 'database' | 'launcher' | 'mybank-ledger' | 'connect';

/** The words of a lesson, which do not change. */
export interface LessonDescription {
  readonly id: LessonId;
  readonly title: string;
  /** What it teaches, in one sentence. */
  readonly teaches: string;
  /** Paragraphs. */
  readonly words: readonly string[];
  readonly steps: readonly string[];
  readonly switch: SwitchWords;
  /** What can be chosen before it begins; the first is the default. */
  readonly choices: readonly Choice[];
  readonly watch: readonly Watched[];
  /** Why it cannot run here, in one sentence; null when it can. */
  readonly missing: string | null;
}

/** The words on the switch that causes the fault. */
export interface SwitchWords {
  readonly label: string;
  /** What is so while it is on. */
  readonly on: string;
  /** What is so while it is off. */
  readonly off: string;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** A fact that the lesson counts. */
export interface Watched {
  readonly fact: string;
  readonly label: string;
  /** What to look for. */
  readonly about: string;
  /** `must`: stays at 0 by the lesson's claim; `fault`: what the fault does. */
  readonly kind?: 'must' | 'fault';
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'muted';

/** A place in the picture. Columns and rows count from 0. */
export interface Station {
  readonly id: string;
  readonly label: string;
  readonly kind: 'process' | 'topic' | 'database';
  readonly column: number;
  readonly row: number;
  readonly state: 'up' | 'down' | 'waiting';
  /** A few words below its name. */
  readonly note: string;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  /** Nothing passes at the moment. */
  readonly isCut: boolean;
}

/** A row of cells below the picture: a log, a table, the partitions of a member. */
export interface Shelf {
  readonly id: string;
  readonly label: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly id: string;
  readonly text: string;
  readonly tone: Tone;
}

/** Something that really passed from one station to another. */
export interface Move {
  /** Grows with each move of the lesson. */
  readonly sequence: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly tone: Tone;
}

/** A line of the lesson's diary. */
export interface Happening {
  readonly sequence: number;
  readonly atMs: number;
  readonly text: string;
  readonly tone: Tone;
}

export type LessonPhase = 'starting' | 'running' | 'resetting' | 'failed';

/** The lesson that runs; there is one at a time. */
export interface LessonState {
  readonly id: LessonId;
  readonly phase: LessonPhase;
  readonly choice: string | null;
  readonly isFaulty: boolean;
  /** Why it failed; null when it did not. */
  readonly problem: string | null;
  readonly facts: Readonly<Record<string, number>>;
  readonly stations: readonly Station[];
  readonly lines: readonly Line[];
  readonly shelves: readonly Shelf[];
  /** The last ones, oldest first. */
  readonly moves: readonly Move[];
  readonly diary: readonly Happening[];
}
