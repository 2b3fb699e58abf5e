import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type ConfigClass } from './define-config.ts';
import { type Environment } from './read-settings.ts';

/**
 * Reads several configuration classes from one environment.
 *
 * @throws ConfigError with the problems of all of them, each variable named once.
 */
export function readConfigs(classes: readonly ConfigClass[], environment: Environment): Map<ConfigClass, object> {
  const configs = new Map<ConfigClass, object>();
  const problems = new Map<string, ConfigProblem>();
  for (const configClass of classes) {
    try {
      configs.set(configClass, new configClass(environment));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.set(problem.variable, problem);
    }
  }
  if (problems.size > 0) throw new ConfigError([...problems.values()]);
  return configs;
}
