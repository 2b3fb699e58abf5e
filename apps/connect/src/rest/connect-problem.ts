/** Failures of requests: problem documents with the two fields of Kafka Connect's own, `error_code` and `message`. */
import { Problem, type FieldError } from '@headwater/service-kit';
import { type ConfigProblem } from '../worker/index.ts';

function connectProblem(status: number, code: string, message: string, errors?: readonly FieldError[]): Problem {
  return new Problem({
    status,
    code,
    detail: message,
    ...(errors ? { errors } : {}),
    extensions: { error_code: status, message },
  });
}

export function connectorUnknown(name: string): Problem {
  return connectProblem(404, 'connector-not-found', `Connector ${name} not found`);
}

export function taskUnknown(name: string, task: number): Problem {
  return connectProblem(404, 'task-not-found', `Connector ${name} has no task ${task}`);
}

export function pluginUnknown(name: string): Problem {
  return connectProblem(404, 'plugin-not-found', `Connector class ${name} not found`);
}

export function connectorExists(name: string): Problem {
  return connectProblem(409, 'connector-exists', `Connector ${name} already exists`);
}

/** The workers are sharing tasks anew: the same request does a moment later. */
export function rebalancing(): Problem {
  const message = 'Cannot complete the request: the workers are sharing tasks anew. Send it again in a moment.';
  return connectProblem(409, 'rebalancing', message);
}

/** It does not know yet what is defined. */
export function workerStarting(): Problem {
  return connectProblem(
    503,
    'worker-starting',
    'This worker is still reading what is defined. Send it again in a moment.',
  );
}

export function conflict(code: string, message: string): Problem {
  return connectProblem(409, code, message);
}

export function leaderUnreachable(url: string, reason: string): Problem {
  return connectProblem(503, 'leader-unreachable', `The leader at ${url} cannot be reached: ${reason}`);
}

export function badRequest(code: string, message: string): Problem {
  return connectProblem(400, code, message);
}

export function configInvalid(problems: readonly ConfigProblem[]): Problem {
  const lines = problems.map(({ field, message }) => `${field} ${message}`).join('\n');
  return connectProblem(
    400,
    'connector-config-invalid',
    `Connector configuration is invalid and contains the following ${problems.length} error(s):\n${lines}`,
    problems.map(({ field, message }) => ({
      field: `config.${field}`,
      pointer: `#/config/${encodeURIComponent(field.replaceAll('~', '~0').replaceAll('/', '~1'))}`,
      detail: message,
    })),
  );
}
