/** docs/errors.md: what clients, callers and operators may be told, by code. */
import { errorsOf, problemsOf, registryErrorsOf, type ErrorDeclaration, type ProblemDeclaration } from './errors.ts';
import { code, GENERATED, page, source, table } from './markdown.ts';
import type { Source } from './sources.ts';

export function errorsPage(sources: readonly Source[]): string {
  const errors = errorsOf(sources);
  const libraries = errors.filter(({ project }) => project.startsWith('libs/'));
  const others = errors.filter(({ project }) => !project.startsWith('libs/'));
  return page(
    '# Errors',
    GENERATED,
    'Codes are stable: programs may rely on them, while the words may change. `…` stands for what differs from time to time.',
    '## Answers of the REST APIs',
    'Problem documents (RFC 9457, `application/problem+json`). `type` is `urn:problem-type:headwater:` and the code; `detail` says what happened and what to do. A 4xx comes again for the same request; a 503 carries `Retry-After`, and the same request may succeed then. Anything that is not in this list and not of HTTP itself is a 500 without details: a defect, whose error is in the log under the `instance` that was asked.',
    table(['code', 'status', 'says', 'from'], problemRows(problemsOf(sources))),
    '## Answers of the schema registry',
    "Confluent's numbers, in `error_code`, with the HTTP status in the first three digits. Only 500xx are worth another try.",
    table(
      ['code', 'says'],
      registryErrorsOf(sources)
        .toSorted((one, other) => one.code - other.code)
        .map(({ code: number, says }) => [String(number), says]),
    ),
    '## Answers of the broker',
    "Kafka's own error codes, as its clients know them. Where the bundled broker answers another one than Apache Kafka does, [conformance.md](conformance.md) says it.",
    '## Failures of the libraries',
    'Each class has `code`, a message of one line (what was wrong, where, what to do), mostly a `cause`, and `retriable`: whether the same call may succeed later.',
    ...libraries.flatMap(errorSection),
    '## Failures of services and commands',
    'A service or a command that cannot start or go on writes one line to stderr and ends with 1. With a code of its own:',
    ...others.flatMap(errorSection),
  );
}

function problemRows(problems: readonly ProblemDeclaration[]): string[][] {
  const same = Map.groupBy(problems, (problem) => `${problem.code} ${problem.status}`);
  return [...same.values()].map((all) => [
    code(all[0]!.code),
    String(all[0]!.status),
    all.find(({ detail }) => detail !== '')?.detail ?? '_what the cause says_',
    all
      .map(({ project }) => (project === 'libs/service-kit' ? 'every service' : project.replace(/^\w+\//, '')))
      .join(', '),
  ]);
}

function errorSection({ name, project, codes }: ErrorDeclaration): string[] {
  const hasRetry = codes.some(({ retry }) => retry !== '');
  const heads = hasRetry ? ['code', 'when', 'another try'] : ['code', 'when'];
  const rows = codes.map((one) => [code(one.code), one.when, ...(hasRetry ? [one.retry] : [])]);
  return [`### ${name}`, `Of ${source(project)}.`, table(heads, rows)];
}
