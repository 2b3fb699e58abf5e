/** docs/operating/alerts.md, made of the rules for Prometheus beside it; and what the rules ask for that no process tells. */
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { GENERATED, page } from './markdown.ts';
import type { MetricDeclaration } from './metrics.ts';

export const alertsFile = 'docs/operating/alerts.yaml';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: 'page' | 'ticket' };
  readonly annotations: { readonly summary: string; readonly action: string };
}

interface AlertGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

export function readAlerts(root: string): readonly AlertGroup[] {
  const file = parse(fs.readFileSync(path.join(root, alertsFile), 'utf8')) as { readonly groups: AlertGroup[] };
  return file.groups;
}

export function alertsPage(groups: readonly AlertGroup[]): string {
  return page(
    '# Alerts',
    GENERATED,
    'The rules are in [alerts.yaml](alerts.yaml), as Prometheus takes them (`rule_files`). `page` wakes somebody: users notice, or will within the hour. `ticket` waits for the morning. What each metric is: [metrics](../metrics.md). The broker has no metrics of its own: its clients say how it is, the console shows its topics and groups, and its disk is watched like any other, with a warning at 80 %.',
    ...groups.flatMap(({ name, rules }) => [
      `## ${name[0]!.toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`,
      ...rules.flatMap(ruleText),
    ]),
  );
}

function ruleText({ alert, expr, for: lasting, labels, annotations }: AlertRule): string[] {
  return [
    `### ${alert}`,
    `${annotations.summary} _${labels.severity}${lasting === undefined ? '' : `, after ${lasting}`}_`,
    `\`\`\`text\n${expr.trim()}\n\`\`\``,
    `**What to do.** ${annotations.action}`,
  ];
}

/** What Prometheus and `prom-client` bring by themselves. */
const ofEveryProcess = /^(up|process_\w+|nodejs_\w+)$/;
/** Labels that Prometheus adds, and that of a histogram's buckets. */
const ofEveryMetric: ReadonlySet<string> = new Set(['job', 'instance', 'le']);

/** Names of metrics, and labels in braces or after `by`, that an expression uses and nothing has. */
export function unknownIn(expr: string, metrics: readonly MetricDeclaration[]): string[] {
  const known = new Map(metrics.map((metric) => [metric.name, metric]));
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) =>
    names!.split(',').map((one) => one.trim()),
  );
  const selected = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside]) =>
    [...inside!.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label!),
  );
  const bare = expr
    .replace(/\bby \([^)]*\)/g, ' ')
    .replace(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, ' ')
    .replace(/\b\w+\s*\(/g, ' ');
  const names = [...bare.matchAll(/\b[a-z]\w*\b/g)]
    .map(([name]) => name)
    .filter((name) => !['and', 'or', 'unless', 'offset'].includes(name));
  const metricOf = (name: string): MetricDeclaration | undefined =>
    known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, ''));
  const labels = new Set(names.flatMap((name) => metricOf(name)?.labels ?? []));
  return [
    ...names.filter((name) => !ofEveryProcess.test(name) && !metricOf(name)),
    ...[...grouped, ...selected].filter((label) => !ofEveryMetric.has(label) && !labels.has(label)),
  ];
}
