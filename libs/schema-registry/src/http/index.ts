/** Door of HTTP: the REST API of a registry. Imports subjects, store and formats. */
export { HttpServer, type MetricsPage } from './http-server.ts';
export { registryRouter } from './registry-router.ts';
