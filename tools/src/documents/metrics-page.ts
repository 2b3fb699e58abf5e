/** docs/metrics.md: what every process tells Prometheus at `/metrics`. */
import { code, GENERATED, page, source, table } from './markdown.ts';
import { metricsOf, type MetricDeclaration } from './metrics.ts';
import type { Source } from './sources.ts';

export function metricsPage(sources: readonly Source[]): string {
  const byProject = Map.groupBy(metricsOf(sources), ({ project }) => project);
  const sections = [...byProject].toSorted(([one], [other]) => rank(one).localeCompare(rank(other)));
  return page(
    '# Metrics',
    GENERATED,
    'Every service answers `GET /metrics` in the text format of Prometheus, and the bundled broker does at the address of its schema registry. Names end in their unit, counters in `_total`; a histogram also gives `_bucket`, `_sum` and `_count`. Besides what is below there is what `prom-client` says of every Node process: `process_cpu_seconds_total`, `process_resident_memory_bytes`, `nodejs_eventloop_lag_seconds` and more. Labels have few values: a key or an address never becomes one.',
    'What to be woken by is in [alerts](operating/alerts.md).',
    ...sections.flatMap(([project, metrics]) => [
      `## ${titleOf(project)}`,
      `From ${source(project)}.`,
      tableOf(metrics),
    ]),
  );
}

/** Libraries first: their metrics are in every service that uses them. */
const rank = (project: string): string => `${project.startsWith('libs/') ? 0 : 1}${project}`;

const titleOf = (project: string): string => project.replace(/^\w+\//, '');

function tableOf(metrics: readonly MetricDeclaration[]): string {
  return table(
    ['metric', 'type', 'labels', 'what it is'],
    metrics.map(({ name, kind, labels, help }) => [code(name), kind, labels.map(code).join(', '), help]),
  );
}
