import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_SCHEMA } from '../problem/index.ts';

/** What the document says about the service. */
export interface ApiDescription {
  readonly name: string;
  readonly description?: string;
  /** Version of the API, semver; 1.0.0 by default. */
  readonly version?: string;
}

interface Operation {
  responses?: Record<string, unknown>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

/** The service's OpenAPI document, with the problem document as every operation's default failure. */
export function openApiDocument(app: INestApplication, api: ApiDescription): OpenAPIObject {
  const builder = new DocumentBuilder().setTitle(api.name).setVersion(api.version ?? '1.0.0');
  if (api.description !== undefined) builder.setDescription(api.description);
  const document = SwaggerModule.createDocument(app, builder.build());
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA as never },
  };
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method] as Operation | undefined;
      if (operation)
        operation.responses = { ...operation.responses, default: operation.responses?.['default'] ?? PROBLEM_RESPONSE };
    }
  }
  return document;
}

const PROBLEM_RESPONSE = {
  description: 'The request failed; the problem document says why (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** Serves the document at `/docs/openapi.json` and a page over it at `/docs`. It is made when it is first asked for: a start need not wait. */
export function serveDocs(app: INestApplication, api: ApiDescription): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, api), {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: api.name,
  });
}
