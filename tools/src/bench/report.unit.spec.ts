import { describe, expect, it } from '@jest/globals';
import { type Bench, type Row, row, type SkippedRow } from './bench.ts';
import { renderReport } from './report.ts';

const machine = { cpu: 'cpu', cores: 2, memoryGiB: 24, platform: 'linux x64', node: 'v24' };

function bench(name: string, more: Partial<Bench> = {}): Bench {
  return {
    ...{ name, about: `About ${name}.`, ...more },
    async *rows() {
      yield* await Promise.resolve([]);
    },
  };
}

function render(rows: readonly (Row | SkippedRow)[], more?: Partial<Bench>): string {
  return renderReport([bench('one', more)], [{ bench: 'one', taken: { on: '2026-11-21', machine }, rows }]);
}

describe('docs/benchmarks.md', () => {
  it('shows a row with its baseline, ratio, target and a bar', () => {
    const shown = render([
      {
        ...row('one/produce', 1500, 'MB/s', 1000),
        ...{ better: 'more', spread: 0.031, target: { text: 'ratio ≥ 1.5', met: true } },
      },
    ]);
    expect(shown).toContain('| what | value | baseline | ratio | target | |');
    expect(shown).toContain(
      '| one/produce | 1,500 MB/s ±3 % | 1,000 MB/s | 1.50 | ratio ≥ 1.5: met | `████████████████████`+ |',
    );
    expect(shown).toContain('Taken on 2026-11-21: cpu, 2 cores, 24 GiB, linux x64, Node v24.');
  });

  it('fills the bar by the better side: less time is more', () => {
    const faster = { ...row('one/start', 100, 'ms', 1000), better: 'less' as const };
    const slower = { ...row('one/start', 2000, 'ms', 1000), better: 'less' as const };
    expect(render([faster])).toContain('`████████████████████`+ |');
    expect(render([slower])).toContain('`██████████░░░░░░░░░░` |');
  });

  it('says so where a row is behind, and where the process was busy', () => {
    const shown = render([
      {
        ...row('one/fetch', 900, 'MB/s', 1000),
        ...{ target: { text: 'ratio ≥ 1', met: false }, profile: [{ name: 'read', place: 'a.ts:1', share: 0.25 }] },
      },
    ]);
    expect(shown).toContain('ratio ≥ 1: **behind**');
    expect(shown).toContain("Where the broker's process was busy in `one/fetch`:");
    expect(shown).toContain('| 25.0 % | `read` | a.ts:1 |');
  });

  it('gives rows with the same note one footnote', () => {
    const noted = { ...row('one/a', 1, 'ms', null), note: 'against none' };
    const shown = render([noted, { ...noted, name: 'one/b' }]);
    expect(shown).toContain('| one/a <sup>1</sup> | 1 ms |  |  |  |  |');
    expect(shown).toContain('| one/b <sup>1</sup> |');
    expect(shown.match(/^\d+\. .*$/gm)).toEqual(['1. Against none.']);
  });

  it('says what was skipped and why', () => {
    const shown = render([{ name: 'one', skipped: 'there is no Java' }]);
    expect(shown).toContain('- `one` was skipped: there is no Java');
    expect(shown).not.toContain('| what |');
  });

  it('shows the chart only where there is something to see', () => {
    const chart = { chart: 'images/one.svg', baseline: 'Other' };
    expect(render([row('one/a', 1, 'ms', 2)], chart)).toContain('![Ours against Other, row by row](images/one.svg)');
    expect(render([row('one/a', 1, 'ms', null)], chart)).not.toContain('![');
  });

  it('leaves out benches that never ran', () => {
    expect(renderReport([bench('one'), bench('two')], [])).not.toContain('## ');
  });
});
