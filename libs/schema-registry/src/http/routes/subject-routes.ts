import { schemaNotFound, subjectNotFound } from '../../registry-error.ts';
import {
  type RegistryState,
  type VersionFilter,
  type SchemaRegistry,
  normalizeSubject,
  parseVersionId,
} from '../../subjects/index.ts';
import type { StoredSchema } from '../../store/index.ts';
import type { HttpRequest } from '../http-request.ts';
import { RawBody, type Route } from '../router.ts';
import { readSchemaBody } from '../schema-body.ts';
import { page, schemaJson } from '../schema-json.ts';

/** `/subjects`: what is registered under which name, and how it gets there and away. */
export function subjectRoutes(registry: SchemaRegistry, state: RegistryState): Route[] {
  return [
    { method: 'GET', path: '/subjects', handle: (request) => listSubjects(state, request) },
    { method: 'POST', path: '/subjects/:subject', handle: (request) => lookup(registry, state, request) },
    {
      method: 'DELETE',
      path: '/subjects/:subject',
      handle: (request) => registry.deleteSubject(subjectOf(request), request.flag('permanent')),
    },
    { method: 'GET', path: '/subjects/:subject/versions', handle: (request) => listVersions(state, request) },
    { method: 'POST', path: '/subjects/:subject/versions', handle: (request) => register(registry, request) },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version',
      handle: (request) => {
        const stored = storedVersion(registry, request);
        return schemaJson(stored, registry.formatted(stored, request.query('format')));
      },
    },
    {
      method: 'DELETE',
      path: '/subjects/:subject/versions/:version',
      handle: (request) =>
        registry.deleteVersion(
          subjectOf(request),
          parseVersionId(request.parameter('version')),
          request.flag('permanent'),
        ),
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version/schema',
      handle: (request) => {
        const stored = storedVersion(registry, request);
        return new RawBody(registry.formatted(stored, request.query('format')));
      },
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version/referencedby',
      handle: (request) => referencedBy(registry, state, request),
    },
  ];
}

export function subjectOf(request: HttpRequest): string {
  return normalizeSubject(request.parameter('subject'));
}

export function versionFilter(request: HttpRequest): VersionFilter {
  if (request.flag('deletedOnly')) return 'deleted';
  return request.flag('deleted') ? 'all' : 'active';
}

function storedVersion(registry: SchemaRegistry, request: HttpRequest): StoredSchema {
  // Read first: a version that is none is told before a subject that is not there.
  const version = parseVersionId(request.parameter('version'));
  return registry.version(subjectOf(request), version, request.flag('deleted'));
}

function listSubjects(state: RegistryState, request: HttpRequest): string[] {
  const prefix = (request.query('subjectPrefix') ?? '').replace(/^:[.*]:/, '');
  const subjects = state.subjects(versionFilter(request)).filter((subject) => subject.startsWith(prefix));
  return page(subjects, request.integerQuery('offset', 0), request.integerQuery('limit', -1));
}

function listVersions(state: RegistryState, request: HttpRequest): number[] {
  const subject = subjectOf(request);
  const versions = state.versions(subject, versionFilter(request)).map((stored) => stored.version);
  if (versions.length === 0) throw subjectNotFound(subject);
  return page(versions, request.integerQuery('offset', 0), request.integerQuery('limit', -1));
}

async function lookup(registry: SchemaRegistry, state: RegistryState, request: HttpRequest): Promise<unknown> {
  const subject = subjectOf(request);
  const includeDeleted = request.flag('deleted');
  const body = readSchemaBody(await request.body());
  const hasSubject = state.hasSubject(subject, includeDeleted ? 'all' : 'active');
  const stored = registry.lookup(subject, { ...body, normalize: request.flag('normalize'), includeDeleted });
  if (stored === undefined) throw hasSubject ? schemaNotFound() : subjectNotFound(subject);
  return schemaJson(stored, registry.formatted(stored, request.query('format')));
}

async function register(registry: SchemaRegistry, request: HttpRequest): Promise<unknown> {
  const subject = subjectOf(request);
  const body = readSchemaBody(await request.body());
  return { id: await registry.register(subject, { ...body, normalize: request.flag('normalize') }) };
}

function referencedBy(registry: SchemaRegistry, state: RegistryState, request: HttpRequest): number[] {
  const { subject, version } = storedVersion(registry, request);
  const includeDeleted = request.flag('deleted');
  const referrers = state.referrers(subject, version).filter((stored) => includeDeleted || !stored.deleted);
  return [...new Set(referrers.map((stored) => stored.id))].toSorted((left, right) => left - right);
}
