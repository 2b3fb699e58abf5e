import { RegistrySettings, SchemaRegistry, type RegistryStore } from '../subjects/index.ts';
import { Router } from './router.ts';
import { compatibilityRoutes } from './routes/compatibility-routes.ts';
import { schemaRoutes } from './routes/schema-routes.ts';
import { settingsRoutes } from './routes/settings-routes.ts';
import { subjectRoutes } from './routes/subject-routes.ts';

/** All paths of the REST API. */
export function registryRouter(store: RegistryStore): Router {
  const registry = new SchemaRegistry(store);
  return new Router([
    { method: 'GET', path: '/', handle: () => ({}) },
    { method: 'GET', path: '/contexts', handle: () => ['.'] },
    ...subjectRoutes(registry, store.state),
    ...schemaRoutes(registry, store.state),
    ...compatibilityRoutes(registry),
    ...settingsRoutes(new RegistrySettings(store)),
  ]);
}
