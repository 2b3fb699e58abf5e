import { schemaFormats } from '../../formats/index.ts';
import { RegistryError, schemaNotFound } from '../../registry-error.ts';
import type { RegistryState, SchemaRegistry } from '../../subjects/index.ts';
import type { StoredSchema } from '../../store/index.ts';
import type { HttpRequest } from '../http-request.ts';
import { RawBody, type Route } from '../router.ts';
import { page, schemaJson, schemaStringJson } from '../schema-json.ts';
import { versionFilter } from './subject-routes.ts';

/** `/schemas`: schemas by id. An id stays readable while any version has it, soft-deleted or not. */
export function schemaRoutes(registry: SchemaRegistry, state: RegistryState): Route[] {
  return [
    { method: 'GET', path: '/schemas', handle: (request) => listSchemas(state, request) },
    { method: 'GET', path: '/schemas/types', handle: () => [...schemaFormats.keys()] },
    {
      method: 'GET',
      path: '/schemas/ids/:id',
      handle: (request) => {
        const stored = schemaOfId(state, request);
        const json = schemaStringJson(stored, registry.formatted(stored, request.query('format')));
        return request.flag('fetchMaxId') ? { ...json, maxId: state.maxId } : json;
      },
    },
    {
      method: 'GET',
      path: '/schemas/ids/:id/schema',
      handle: (request) => {
        const stored = schemaOfId(state, request);
        return new RawBody(registry.formatted(stored, request.query('format')));
      },
    },
    {
      method: 'GET',
      path: '/schemas/ids/:id/subjects',
      handle: (request) => [...new Set(versionsOfId(state, request).map((stored) => stored.subject))],
    },
    {
      method: 'GET',
      path: '/schemas/ids/:id/versions',
      handle: (request) => versionsOfId(state, request).map(({ subject, version }) => ({ subject, version })),
    },
  ];
}

function listSchemas(state: RegistryState, request: HttpRequest): unknown[] {
  const filter = versionFilter(request);
  const prefix = (request.query('subjectPrefix') ?? '').replace(/^:[.*]:/, '');
  const latestOnly = request.flag('latestOnly');
  const schemas = state
    .subjects(filter)
    .filter((subject) => subject.startsWith(prefix))
    .flatMap((subject) => {
      const versions = state.versions(subject, filter);
      return latestOnly ? versions.slice(-1) : versions;
    });
  const paged = page(schemas, request.integerQuery('offset', 0), request.integerQuery('limit', -1));
  return paged.map((stored) => schemaJson(stored, stored.schema));
}

/** @throws RegistryError 40403, or 404 when it is no integer */
function schemaOfId(state: RegistryState, request: HttpRequest): StoredSchema {
  const id = idOf(request);
  const stored = state.schemaOfId(id);
  if (stored === undefined) throw schemaNotFound(id);
  return stored;
}

function versionsOfId(state: RegistryState, request: HttpRequest): StoredSchema[] {
  const versions = state.versionsOfId(idOf(request));
  if (versions.length === 0) throw schemaNotFound();
  const includeDeleted = request.flag('deleted');
  const counted = versions.filter((stored) => includeDeleted || !stored.deleted);
  return page(counted, request.integerQuery('offset', 0), request.integerQuery('limit', -1));
}

function idOf(request: HttpRequest): number {
  const text = request.parameter('id');
  if (!/^-?\d{1,10}$/.test(text)) throw new RegistryError(404, 404, 'HTTP 404 Not Found');
  return Number(text);
}
