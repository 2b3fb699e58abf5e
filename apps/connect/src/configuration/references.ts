/**
 * `${NAME}` in a configuration's texts stands for a variable of the environment of the worker that uses it. It is resolved where it
 * is used, so that what it stands for is neither in topics nor in answers.
 */
import { type ConfigProblem, type ConnectorConfig } from '../worker/connector.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export interface Resolved {
  readonly config: ConnectorConfig;
  /** Variables that are not set, by the field that needs them. */
  readonly problems: readonly ConfigProblem[];
}

export function resolveReferences(config: ConnectorConfig, environment: Environment): Resolved {
  const problems: ConfigProblem[] = [];
  const resolved = Object.entries(config).map(([field, text]): [string, string] => [
    field,
    text.replace(REFERENCE, (reference, variable: string) => {
      const value = environment[variable];
      if (value !== undefined && value !== '') return value;
      problems.push({ field, message: `refers to ${reference}, and the environment has no ${variable}` });
      return reference;
    }),
  ]);
  return { config: Object.fromEntries(resolved), problems };
}

export function hasReference(text: string): boolean {
  return text.search(REFERENCE) >= 0;
}
