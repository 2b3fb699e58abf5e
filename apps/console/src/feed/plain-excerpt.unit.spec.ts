import { describe, expect, it } from '@jest/globals';
import { plainExcerpt } from './plain-excerpt.ts';

describe('an excerpt', () => {
  it.each([
    ['drops mark-up', '<p>What is a <em>qubit</em>?</p>\n<p>Asking.</p>', 'What is a qubit ? Asking.'],
    ['reads entities', 'x &lt; y &amp;&amp; z&nbsp;&#39;s &#x2026; &unknown;', "x < y && z 's … &unknown;"],
    ['leaves out scripts', 'a<script>alert(1)</script>b', 'a b'],
    ['keeps what only looks like mark-up', 'if 3 < 4 and 5 > 2', 'if 3 < 4 and 5 > 2'],
    ['gives an empty text for none', '  ', ''],
  ])('%s', (_what, text, expected) => {
    expect(plainExcerpt(text)).toBe(expected);
  });

  it('is cut at a word', () => {
    const excerpt = plainExcerpt('word '.repeat(200));
    expect(excerpt.length).toBeLessThanOrEqual(281);
    expect(excerpt.endsWith('word…')).toBe(true);
  });

  it('is cut also where there is no word to cut at', () => {
    expect(plainExcerpt('x'.repeat(1000))).toBe(`${'x'.repeat(280)}…`);
  });
});
