import { RegistryError } from '../../registry-error.ts';
import { type SchemaRegistry, parseVersionId, type VersionId } from '../../subjects/index.ts';
import type { HttpRequest } from '../http-request.ts';
import type { Route } from '../router.ts';
import { readSchemaBody } from '../schema-body.ts';
import { subjectOf } from './subject-routes.ts';

/** `/compatibility`: what registration would say, without registering. `verbose` adds the reasons. */
export function compatibilityRoutes(registry: SchemaRegistry): Route[] {
  return [
    {
      method: 'POST',
      path: '/compatibility/subjects/:subject/versions',
      handle: (request) => check(registry, request, 'all'),
    },
    {
      method: 'POST',
      path: '/compatibility/subjects/:subject/versions/:version',
      handle: (request) => check(registry, request, parseVersionId(request.parameter('version'))),
    },
  ];
}

async function check(registry: SchemaRegistry, request: HttpRequest, against: VersionId | 'all'): Promise<unknown> {
  const subject = subjectOf(request);
  const body = readSchemaBody(await request.body());
  const verbose = request.flag('verbose');
  const messages = checkMessages(
    () => registry.check(subject, { ...body, normalize: request.flag('normalize') }, against),
    verbose,
  );
  return { is_compatible: messages.length === 0, ...(verbose ? { messages } : {}) };
}

/** An invalid schema is an answer when the reasons are asked for, and an error otherwise. */
function checkMessages(run: () => string[], verbose: boolean): string[] {
  try {
    return run();
  } catch (error) {
    if (verbose && error instanceof RegistryError && error.code === 42201) return [error.message];
    throw error;
  }
}
