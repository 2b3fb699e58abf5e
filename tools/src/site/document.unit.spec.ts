import { describe, expect, it } from '@jest/globals';
import { outlineOf, renderDocument } from './document.ts';

describe('a document of the site', () => {
  it('gives headings the anchors of code hosts, and numbers repeated ones', () => {
    const { headings } = outlineOf('# One & two\n## `Code`, said\n## Again\n## Again\n');
    expect(headings.map(({ anchor }) => anchor)).toEqual(['one--two', 'code-said', 'again', 'again-1']);
  });

  it('lists links and pictures with their lines, and none that stand in code', () => {
    const { links } = outlineOf('[a](a.md)\n\n![b](b.png)\n\n`[c](c.md)`\n\n    [d](d.md)\n');
    expect(links).toEqual([
      { target: 'a.md', line: 1 },
      { target: 'b.png', line: 3 },
    ]);
  });

  it('rewrites links, and leaves the text of one that leads to nothing on the site', () => {
    const { html } = renderDocument('[a](a.md) [b](b.ts)', (target) => (target === 'a.md' ? 'a.html' : undefined));
    expect(html).toContain('<a href="a.html">a</a>');
    expect(html).toContain('<a class="no-link">b</a>');
  });

  it('keeps what stands below each heading as text to search', () => {
    const { sections } = renderDocument('# A\nof *lanes*\n## B\n```ts\nlet x;\n```\n', (target) => target);
    expect(sections.map(({ text, body }) => [text, body.trim()])).toEqual([
      ['A', 'of  lanes'.replace('  ', ' ')],
      ['B', 'let x;'],
    ]);
  });

  it('escapes the text of a diagram', () => {
    const { html, hasDiagrams } = renderDocument('```mermaid\nA --> B["<b>"]\n```\n', (target) => target);
    expect(hasDiagrams).toBe(true);
    expect(html).toContain('A --&gt; B[&quot;&lt;b&gt;&quot;]');
  });
});
