/** What a lesson shows: its facts, its picture and its diary. Bounded, however long it runs. */
import type { Cell, Happening, LessonState, Line, Move, Shelf, Station, Tone } from './lesson-state.ts';

const MOVES = 24;
const DIARY_LINES = 30;
/** What a shelf shows: the newest. */
const CELLS = 32;

export type StationToPlace = Omit<Station, 'state' | 'note'>;

export type BoardState = Pick<LessonState, 'facts' | 'stations' | 'lines' | 'shelves' | 'moves' | 'diary'>;

export class LessonBoard {
  readonly #facts = new Map<string, number>();
  readonly #stations = new Map<string, Station>();
  readonly #lines = new Map<string, Line>();
  readonly #shelves = new Map<string, Shelf>();
  readonly #moves: Move[] = [];
  readonly #diary: Happening[] = [];
  readonly #onChange: () => void;
  #sequence = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  place(...stations: readonly StationToPlace[]): void {
    for (const station of stations) this.#stations.set(station.id, { ...station, state: 'up', note: '' });
    this.#onChange();
  }

  /** Draws lines along a way. */
  connect(...way: readonly string[]): void {
    for (const [index, to] of way.entries()) {
      const from = way[index - 1];
      if (from !== undefined) this.#lines.set(`${from} ${to}`, { from, to, isCut: false });
    }
    this.#onChange();
  }

  mark(id: string, state: Station['state'], note = ''): void {
    const station = this.#stations.get(id);
    if (station === undefined || (station.state === state && station.note === note)) return;
    this.#stations.set(id, { ...station, state, note });
    this.#onChange();
  }

  cut(from: string, to: string, isCut: boolean): void {
    this.#lines.set(`${from} ${to}`, { from, to, isCut });
    this.#onChange();
  }

  /** Replaces a shelf's cells; of more than fit, the last are shown. */
  shelve(id: string, label: string, cells: readonly Cell[]): void {
    this.#shelves.set(id, { id, label, cells: cells.slice(-CELLS) });
    this.#onChange();
  }

  /** Puts a cell at a shelf's end. */
  push(id: string, cell: Omit<Cell, 'id'>): void {
    const shelf = this.#shelves.get(id);
    if (shelf === undefined) return;
    this.#sequence += 1;
    this.shelve(id, shelf.label, [...shelf.cells, { ...cell, id: String(this.#sequence) }]);
  }

  move(from: string, to: string, text: string, tone: Tone = 'plain'): void {
    this.#sequence += 1;
    this.#moves.push({ sequence: this.#sequence, from, to, text, tone });
    if (this.#moves.length > MOVES) this.#moves.shift();
    this.#onChange();
  }

  tell(text: string, tone: Tone = 'plain'): void {
    this.#sequence += 1;
    this.#diary.push({ sequence: this.#sequence, atMs: Date.now(), text, tone });
    if (this.#diary.length > DIARY_LINES) this.#diary.shift();
    this.#onChange();
  }

  set(fact: string, value: number): void {
    if (this.#facts.get(fact) === value) return;
    this.#facts.set(fact, value);
    this.#onChange();
  }

  count(fact: string, by = 1): void {
    this.set(fact, this.fact(fact) + by);
  }

  fact(name: string): number {
    return this.#facts.get(name) ?? 0;
  }

  state(): BoardState {
    return {
      facts: Object.fromEntries(this.#facts),
      stations: [...this.#stations.values()],
      lines: [...this.#lines.values()],
      shelves: [...this.#shelves.values()],
      moves: [...this.#moves],
      diary: [...this.#diary],
    };
  }
}
