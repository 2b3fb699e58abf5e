import type { TopicState } from '../live/live-state.ts';
import type { TopicReading } from './topics.reader.ts';

interface LastReading {
  readonly written: number;
  readonly atMs: number;
}

/** Records per second from one reading to the next. A topic that was created anew starts over. */
export class TopicRates {
  #last = new Map<string, LastReading>();

  next(readings: readonly TopicReading[], atMs: number): TopicState[] {
    const states = readings.map((reading) => this.#state(reading, atMs));
    this.#last = new Map(states.map(({ name, written }) => [name, { written, atMs }]));
    return states;
  }

  #state(reading: TopicReading, atMs: number): TopicState {
    const written = reading.partitions.reduce((sum, { end }) => sum + end, 0);
    const retained = reading.partitions.reduce((sum, { begin, end }) => sum + end - begin, 0);
    const last = this.#last.get(reading.name);
    const seconds = last === undefined ? 0 : (atMs - last.atMs) / 1000;
    const added = last === undefined ? 0 : Math.max(written - last.written, 0);
    const perSecond = seconds > 0 ? Math.round((added / seconds) * 10) / 10 : 0;
    return { ...reading, written, retained, perSecond };
  }
}
