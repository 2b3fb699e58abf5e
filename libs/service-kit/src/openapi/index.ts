/** The service's OpenAPI document, made from its controllers and served at `/docs`. */
export { openApiDocument, serveDocs, type ApiDescription } from './document.ts';
