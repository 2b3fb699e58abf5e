/** What the documents say, held to the code; whether generated pages are fresh is asked by `npm run docs -- --check`. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { documentFiles } from '../site/index.ts';
import { readAlerts, unknownIn } from './alerts.ts';
import { errorsOf, problemsOf } from './errors.ts';
import { excerptOf, parseReference } from './excerpt.ts';
import { metricsOf, type MetricDeclaration } from './metrics.ts';
import { blocksNotPulled, fillSnippets } from './snippets.ts';
import { parseSource, productionSources, type Source } from './sources.ts';

const root = path.resolve(import.meta.dirname, '../../..');
let sources: readonly Source[];
let metrics: readonly MetricDeclaration[];
beforeAll(() => {
  sources = productionSources(root);
  metrics = metricsOf(sources);
});

const sourceOf = (text: string): Source => ({
  file: 'libs/a/src/a.ts',
  project: 'libs/a',
  text,
  tree: parseSource('libs/a/src/a.ts', text),
});

describe('code in documents', () => {
  const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

  it('is pulled out of files, whatever the document', () => {
    const copied = documentFiles(root).flatMap((file) => blocksNotPulled(file, read(file)));
    expect(copied.map(({ file, line, language }) => `${file}:${line} (${language})`)).toEqual([]);
  });

  it('is what those files say', () => {
    // Prettier may break lines of a piece anew, as it has more room; it never changes words.
    const words = (text: string): string => text.replace(/[\s,;()]+/g, '');
    for (const file of documentFiles(root)) {
      const text = read(file);
      expect([file, words(fillSnippets(root, file, text))]).toEqual([file, words(text)]);
    }
  });

  it('that names what is not there is told with its document', () => {
    const text = '<!-- code: libs/nothing.ts -->\n\n```ts\n```\n';
    expect(() => fillSnippets(root, 'docs/a.md', text)).toThrow(
      'docs/a.md shows code that is not there: there is no libs/nothing.ts',
    );
  });

  it('is a region, a declaration with its comment, a member, a key, or the whole', () => {
    const code =
      '/** Adds. */\nexport const add = 1;\nclass A {\n  /** Goes. */\n  go(): void {\n    // #region x\n    run();\n    // #endregion\n  }\n}\n';
    const piece = (reference: string, text = code): string => excerptOf(parseReference(reference), text);
    expect(piece('a.ts#x')).toBe('run();\n');
    expect(piece('a.ts add')).toBe('/** Adds. */\nexport const add = 1;\n');
    expect(piece('a.ts A.go')).toBe('/** Goes. */\ngo(): void {\n  run();\n}\n');
    expect(piece('a.yaml b', 'a:\n  b:\n    c: 1\n  d: 2\n')).toBe('b:\n  c: 1\n');
    expect(piece('a.sql', 'SELECT 1\n')).toBe('SELECT 1\n');
    expect(() => piece('a.ts#y')).toThrow('a.ts has no y');
  });
});

describe('the metrics of the reference', () => {
  const namesIn = (text: string): string[] => metricsOf([sourceOf(text)]).map(({ name }) => name);

  it('are read from literals, helpers, tables and constants', () => {
    expect(namesIn("const LABELS = ['x']; m.gauge({ name: 'a', help: 'h', labelNames: LABELS });")).toEqual(['a']);
    expect(
      namesIn("const c = (n: string, help: string) => m?.counter({ name: `b_${n}`, help }); c('x', 'h'); c('y', 'h');"),
    ).toEqual(['b_x', 'b_y']);
    expect(
      namesIn(
        "const T = [['x', 'h', 1], ['y', 'h', 2]]; for (const [name, help] of T) m.gauge({ name: `c_${name}`, help });",
      ),
    ).toEqual(['c_x', 'c_y']);
  });

  it('must be readable: a name that is made elsewhere is refused with its place', () => {
    expect(() => namesIn('m.gauge({ name: given(), help: "h" });')).toThrow('libs/a/src/a.ts:1');
  });

  it('are those of the libraries and of each service', () => {
    expect(metrics.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['http_request_duration_seconds', 'messaging_lag_records', 'outbox_pending_messages']),
    );
  });
});

describe('the errors of the reference', () => {
  it('all say when they are met', () => {
    const silent = errorsOf(sources).flatMap(({ name, codes }) =>
      codes.filter(({ when }) => when === '').map(({ code }) => `${name} ${code}`),
    );
    // Their message is the problem that was found, whatever it is.
    expect(silent).toEqual(['ConnectorError CONFIG_INVALID']);
  });

  it('have one status for a code, in one service', () => {
    const statuses = Map.groupBy(problemsOf(sources), ({ code, project }) => `${project} ${code}`);
    const several = [...statuses].filter(([, problems]) => problems.length > 1).map(([key]) => key);
    // A path that names what is not there, and a body that does.
    expect(several).toEqual(['apps/mybank-ledger account-unknown']);
  });
});

describe('the alerts', () => {
  const rules = readAlerts(root).flatMap((group) => group.rules);

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s asks for metrics and labels that there are',
    (_name, rule) => {
      expect(unknownIn(rule.expr, metrics)).toEqual([]);
      expect(rule.annotations.action).toMatch(/\w/);
    },
  );

  it('are refused for a metric or a label that nothing has', () => {
    const declared = [{ name: 'a_total', kind: 'counter', help: '', labels: ['x'], project: 'libs/a' }] as const;
    expect(unknownIn('sum by (x, z) (rate(a_total{x="1", y!="2"}[5m])) > 0 and b > 1', declared)).toEqual([
      'b',
      'z',
      'y',
    ]);
  });
});
