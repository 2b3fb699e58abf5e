import { invalidCompatibilityLevel, invalidMode, RegistryError } from '../../registry-error.ts';
import type { ConfigUpdate, RegistrySettings } from '../../subjects/index.ts';
import type { HttpRequest } from '../http-request.ts';
import type { Route } from '../router.ts';
import { subjectOf } from './subject-routes.ts';

type SubjectOf = (request: HttpRequest) => string | null;

/** `/config` and `/mode`, each global and of a subject. */
export function settingsRoutes(settings: RegistrySettings): Route[] {
  return [
    ...configRoutes(settings, '/config', () => null),
    ...configRoutes(settings, '/config/:subject', subjectOf),
    ...modeRoutes(settings, '/mode', () => null),
    ...modeRoutes(settings, '/mode/:subject', subjectOf),
  ];
}

function configRoutes(settings: RegistrySettings, path: string, subject: SubjectOf): Route[] {
  return [
    {
      method: 'GET',
      path,
      handle: (request) => settings.config(subject(request), request.flag('defaultToGlobal')),
    },
    {
      method: 'PUT',
      path,
      handle: async (request) => {
        const update = readConfigUpdate(await request.body());
        await settings.updateConfig(subject(request), update);
        return { ...update, compatibility: update.compatibility?.toUpperCase() };
      },
    },
    { method: 'DELETE', path, handle: (request) => settings.deleteConfig(subject(request)) },
  ];
}

function modeRoutes(settings: RegistrySettings, path: string, subject: SubjectOf): Route[] {
  return [
    {
      method: 'GET',
      path,
      handle: (request) => ({ mode: settings.mode(subject(request), request.flag('defaultToGlobal')) }),
    },
    {
      method: 'PUT',
      path,
      handle: async (request) => {
        const { mode } = await request.body();
        if (typeof mode !== 'string') throw invalidMode();
        return { mode: await settings.updateMode(subject(request), mode, request.flag('force')) };
      },
    },
    {
      method: 'DELETE',
      path,
      handle: async (request) => ({ mode: await settings.deleteMode(subject(request)) }),
    },
  ];
}

/** Older clients send `compatibility`; some send the attribute of the answer, `compatibilityLevel`. */
function readConfigUpdate(body: Readonly<Record<string, unknown>>): ConfigUpdate {
  const compatibility = body['compatibility'] ?? body['compatibilityLevel'] ?? undefined;
  const normalize = body['normalize'] ?? undefined;
  if (compatibility !== undefined && typeof compatibility !== 'string') throw invalidCompatibilityLevel();
  if (normalize !== undefined && typeof normalize !== 'boolean') {
    throw new RegistryError(422, 422, '"normalize" is not true or false');
  }
  return { compatibility, normalize };
}
