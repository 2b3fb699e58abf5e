/**
 * docs/conformance.md, made of what the comparison does (its normalizations, its accepted differences, its scenarios) and of
 * the sections in `sections/*.md`, which say what was run by hand, in the order of their file names.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { acceptedDifferences } from './accepted-differences.ts';
import { normalizations } from './normalization.ts';
import { randomAcceptances } from './random/random-differences.ts';
import { scenarios } from './scenarios/index.ts';
import type { Scenario } from './session.ts';

const HEADER = `# Conformance with Apache Kafka

A test sends the same requests to this broker and to Apache Kafka 4.3.1 and compares the answers field by field: every API
that is served, in every version that both serve, with what is in order and with what is not (unknown topics, bad ids, wrong
epochs, empty lists, nulls, duplicates, invalid names and configurations, unknown members, offsets and sequences out of
order). It is \`libs/broker/src/conformance/comparison.int.spec.ts\`, takes a minute or two, and skips with the reason
where there is no Java. A difference is a defect here, or it is in the list below with its reason; a difference in the list
that is not met any more fails the test, too.

Made by \`node libs/broker/dist/conformance/main.js\`; a test compares it with the code. Which APIs there are is in
[kafka-api.md](kafka-api.md).
`;

export function renderConformanceDocument(): string {
  return [
    HEADER,
    '## Where the answers differ\n',
    ...acceptedDifferences.map(({ what, reason }) => `- **${what}.** ${reason}`),
    '\n## What random requests meet besides\n',
    RANDOM_REQUESTS,
    ...randomAcceptances.map(({ what, reason }) => `- **${what}.** ${reason}`),
    '\n## What is made comparable first\n',
    ...normalizations.map(({ name, explanation }) => `- **${name}**: ${explanation}`),
    '\n## What is left out of the comparison\n',
    ...LEFT_OUT.map((line) => `- ${line}`),
    `\n## What is asked\n\n${scenarios.length} scenarios of ${scenariosByApi().size} APIs, each in every version that both serve:\n`,
    ...[...scenariosByApi()].map(([api, names]) => `- **${api}**: ${names.join(', ')}`),
    ...sections().map((text) => `\n${text.trim()}`),
    '',
  ].join('\n');
}

/** Beside the sources: the compiler does not copy them. */
const SECTIONS = path.resolve(import.meta.dirname, '../../src/conformance/sections');

/** Each begins with a heading of the second level. @throws Error when one does not. */
function sections(): string[] {
  const names = readdirSync(SECTIONS).filter((name) => name.endsWith('.md'));
  return names.sort().map((name) => {
    const text = readFileSync(path.join(SECTIONS, name), 'utf8');
    if (!text.startsWith('## ')) throw new Error(`sections/${name} does not begin with a heading of the second level`);
    return text;
  });
}

const RANDOM_REQUESTS = `Requests are also drawn at random from the definitions of all APIs and their versions, about topics, groups, members,
producers and fetch sessions that a sequence of them has made, with values at and beyond the boundaries. Both engines get the
same sequence in step; a difference is shrunk to the requests that it needs. A short form with fixed seeds is part of the test;
\`node libs/broker/dist/conformance/main.js random --help\` tells how to run a long one. What is accepted above is accepted there
too, and besides:
`;

/** Requests that Apache Kafka does not answer, or not in a way that can be compared. */
const LEFT_OUT: readonly string[] = [
  'Null records in a Produce request, and an AlterConfigs request that names a resource twice: Apache Kafka 4.3.1 never answers them. This broker answers INVALID_RECORD and INVALID_REQUEST.',
  'Which protocol is taken when as many members of a group prefer one as another: it follows the order of a hash map there, and of the members here.',
  'Filters of access control entries with kinds that do not exist: Apache Kafka closes the connection.',
  'Topics that are created by their first use: Apache Kafka answers the first Metadata request with an error and a later one without; this broker creates the topic before it answers.',
];

function scenariosByApi(): Map<string, string[]> {
  const byApi = new Map<string, string[]>();
  for (const { api, name } of [...scenarios].sort(byKey)) byApi.set(api.name, [...(byApi.get(api.name) ?? []), name]);
  return byApi;
}

function byKey(one: Scenario, other: Scenario): number {
  return one.api.key - other.api.key;
}
