import type { HistoryState, LiveSample } from './live-state.ts';

/** Three minutes at one sample a second. */
export const HISTORY_SAMPLES = 180;

/** The last samples of rates and lags, in a bounded number. */
export class SampleHistory {
  readonly #samples: LiveSample[] = [];

  add(sample: LiveSample): void {
    this.#samples.push(sample);
    if (this.#samples.length > HISTORY_SAMPLES) this.#samples.shift();
  }

  toState(): HistoryState {
    return {
      atMs: this.#samples.map((sample) => sample.atMs),
      topicRates: this.#series((sample) => sample.topicRates),
      groupLags: this.#series((sample) => sample.groupLags),
    };
  }

  #series(
    valuesOf: (sample: LiveSample) => Readonly<Record<string, number>>,
  ): Readonly<Record<string, readonly (number | null)[]>> {
    const names = new Set(this.#samples.flatMap((sample) => Object.keys(valuesOf(sample))));
    return Object.fromEntries(
      [...names].map((name) => [name, this.#samples.map((sample) => valuesOf(sample)[name] ?? null)]),
    );
  }
}
