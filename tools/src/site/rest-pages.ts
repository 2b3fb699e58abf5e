/** Reference pages of the REST API of each service, from its OpenAPI document. */
import fs from 'node:fs';
import path from 'node:path';
import { cell, table, type LedgerPage } from './ledger-page.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Body {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

interface OpenApi {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** One page for each service's REST API. */
export function restPages(root: string): LedgerPage[] {
  const folder = path.join(root, 'docs/openapi');
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const service = path.basename(file, '.json');
      const document = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as OpenApi;
      return { page: `rest/${service}.html`, markdown: restPage(service, document) };
    });
}

function restPage(service: string, { info, paths, components }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationText(route, method, operation)),
  );
  const schemas = Object.entries(components?.schemas ?? {}).map(([name, schema]) => schemaText(name, schema));
  return [
    `# REST: ${service}`,
    info.description ?? '',
    'The running service shows the same at `/docs`, where requests can be tried.',
    ...operations,
    '## Bodies',
    ...schemas,
  ].join('\n\n');
}

function operationText(route: string, method: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, description, schema }) =>
      `| \`${name}\` | ${place}${required ? ', required' : ''} | ${typeText(schema)} | ${cell(description)} |`,
  );
  const answers = Object.entries(operation.responses).map(
    ([status, body]) => `| ${status} | ${bodyText(body)} | ${cell(body.description)} |`,
  );
  return [
    `## ${method.toUpperCase()} ${route}`,
    [operation.summary, operation.description].filter(Boolean).join('. '),
    ...(parameters.length > 0 ? [table(['parameter', 'in', 'type', 'what it is'], parameters)] : []),
    ...(operation.requestBody ? [`Body: ${bodyText(operation.requestBody)}`] : []),
    table(['answer', 'body', 'when'], answers),
  ].join('\n\n');
}

function schemaText(name: string, { description, properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(
    ([field, schema]) =>
      `| \`${field}\` | ${typeText(schema)} | ${required.includes(field) ? 'required' : ''} | ${cell(schema.description)} |`,
  );
  const parts = [`### ${name}`, description ?? ''];
  return [...parts, ...(rows.length > 0 ? [table(['field', 'type', '', 'what it is'], rows)] : [])].join('\n\n');
}

function bodyText(body: Body): string {
  const types = Object.entries(body.content ?? {}).map(([type, { schema }]) => `${typeText(schema)} (${type})`);
  return types.join(', ');
}

function typeText(schema: Schema | undefined): string {
  if (!schema) return '';
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1)!;
    return `[${name}](#${name.toLowerCase()})`;
  }
  const among = schema.oneOf ?? schema.allOf;
  if (among) return among.map(typeText).join(schema.oneOf ? ' or ' : ' and ');
  if (schema.type === 'array') return `list of ${typeText(schema.items)}`;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  return [schema.type, schema.format].filter(Boolean).join(', ');
}
