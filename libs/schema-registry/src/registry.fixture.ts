/** For specs: a registry on its own log, and the few words to talk to it. */
import { startRegistry, type Registry } from './registry.ts';
import { MemorySchemaLog, type SchemaLog } from './store/index.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class RegistryFixture {
  readonly log: SchemaLog;
  readonly warnings: string[];
  readonly #registry: Registry;

  private constructor(log: SchemaLog, warnings: string[], registry: Registry) {
    this.log = log;
    this.warnings = warnings;
    this.#registry = registry;
  }

  static async start(log: SchemaLog = new MemorySchemaLog(), storeTimeoutMs = 10_000): Promise<RegistryFixture> {
    const warnings: string[] = [];
    const onWarning = (message: string): number => warnings.push(message);
    return new RegistryFixture(log, warnings, await startRegistry({ log, storeTimeoutMs, onWarning }));
  }

  get url(): string {
    return this.#registry.url;
  }

  close(): Promise<void> {
    return this.#registry.close();
  }

  async restart(): Promise<RegistryFixture> {
    await this.close();
    return RegistryFixture.start(this.log);
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.send('PUT', path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }

  /** Registers an Avro schema and gives the answer. */
  register(subject: string, schema: unknown, more: object = {}): Promise<Answer> {
    return this.post(`/subjects/${encodeURIComponent(subject)}/versions`, { schema: JSON.stringify(schema), ...more });
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : {
            headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          }),
    });
    return { status: response.status, body: await response.json() };
  }
}

export const recordSchema = (name: string, ...fields: readonly (readonly [string, unknown, unknown?])[]): object => ({
  type: 'record',
  name,
  fields: fields.map(([field, type, defaultValue]) => ({
    name: field,
    type,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  })),
});
