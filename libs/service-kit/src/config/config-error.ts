/** One variable of the environment that keeps a process from starting. */
export interface ConfigProblem {
  /** Name of the environment variable. */
  readonly variable: string;
  readonly reason: 'missing' | 'invalid';
  /** What is wrong and what is expected, in one sentence without a line break. */
  readonly message: string;
}

/**
 * The environment does not satisfy the configuration schema. Not retriable: the operator has to change the named
 * variables. The message is one line and holds no secret.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly canRetry = false;
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => problem.message).join('; '));
    this.problems = problems;
  }
}
