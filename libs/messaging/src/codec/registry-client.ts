/**
 * The few calls of Confluent's schema registry that a codec makes (Schema Registry API reference).
 *
 * New schemas are registered by `@kafkajs/confluent-schema-registry`, which is loaded when there is one: a service whose schemas are
 * all known starts without it. They are not read by it: it answers a type without its logical types, and with them is lost what a
 * number means; so the text is taken as it was registered. A subject's compatibility is set before its first version, which that
 * client does after it. User and password in the URL are sent as basic authentication. The other calls go by `node:http`, which a
 * service has loaded anyway: the first `fetch` of a process brings a client of its own.
 */
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import type { COMPATIBILITY } from '@kafkajs/confluent-schema-registry';

type Compatibility = keyof typeof COMPATIBILITY;

/** The registry answered, and said no. */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal';

  constructor(
    /** HTTP's. */
    readonly status: number,
    /** The registry's own, for example 40403 for a schema that it does not know; undefined when something else answered. */
    readonly errorCode: number | undefined,
    message: string,
  ) {
    super(message);
  }

  /** Whether the same request may be taken later. */
  get passing(): boolean {
    // A 404 of another's: a proxy whose registry is not there yet.
    if (this.status === 404) return this.errorCode === undefined;
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

/** No version may break a reader or a writer of any other: what the committed history of schemas is held to, too. */
const ownCompatibility = 'FULL_TRANSITIVE';

const mediaType = 'application/vnd.schemaregistry.v1+json';
const answerWithinMs = 10_000;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What the registry itself refuses. Its client tells a connection that broke as status 400, so that is none. */
const refusals: ReadonlySet<unknown> = new Set([401, 403, 409, 422]);

export class RegistryClient {
  private readonly base: string;
  private readonly auth: { readonly username: string; readonly password: string } | undefined;
  private readonly headers: Record<string, string>;
  /** Of the subjects that were guarded: the client insists on being told what is set. */
  private readonly compatibilities = new Map<string, Compatibility>();

  constructor(url: string) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    this.headers = { 'content-type': mediaType, accept: mediaType };
    if (username !== '') {
      this.auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
      const credentials = `${this.auth.username}:${this.auth.password}`;
      this.headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
    }
    parsed.username = '';
    parsed.password = '';
    this.base = parsed.toString().replace(/\/$/, '');
  }

  /**
   * Registers a schema, or finds it registered, after `guard` of its subject. @returns its id.
   * @throws {RegistryRefusal | Error}
   */
  async register(subject: string, schema: string): Promise<number> {
    const known = await this.find(subject, schema);
    if (known !== undefined) return known;
    const { COMPATIBILITY, SchemaRegistry, SchemaType } = (await import('@kafkajs/confluent-schema-registry')).default;
    const retry = { retries: 1, maxRetryTimeInSecs: 1 };
    const registry = new SchemaRegistry({ host: this.base, retry, ...(this.auth ? { auth: this.auth } : {}) });
    const compatibility = COMPATIBILITY[this.compatibilities.get(subject) ?? ownCompatibility];
    try {
      const options = { subject, compatibility, updateConfig: false };
      return (await registry.register({ type: SchemaType.AVRO, schema }, options)).id;
    } catch (error) {
      const { status, message } = error as { status?: unknown; message: string };
      if (typeof status === 'number' && refusals.has(status))
        throw new RegistryRefusal(status, undefined, message.replace(/^Confluent_Schema_Registry - /, ''));
      throw error;
    }
  }

  /** The id of a schema that is registered under its subject. */
  private async find(subject: string, schema: string): Promise<number | undefined> {
    try {
      const { id } = await this.call('POST', `/subjects/${encodeURIComponent(subject)}`, { schema });
      return typeof id === 'number' ? id : undefined;
    } catch (error) {
      if (error instanceof RegistryRefusal && error.status === 404 && !error.passing) return undefined;
      throw error;
    }
  }

  /**
   * Has the registry refuse what breaks a subject's readers or writers, unless an operator has set the subject otherwise.
   * @throws {RegistryRefusal | Error}
   */
  async guard(subject: string, signal?: AbortSignal): Promise<void> {
    const path = `/config/${encodeURIComponent(subject)}`;
    try {
      const { compatibilityLevel } = await this.call('GET', path, undefined, signal);
      this.compatibilities.set(subject, compatibilityLevel as Compatibility);
    } catch (error) {
      if (!(error instanceof RegistryRefusal) || error.status !== 404 || error.passing) throw error;
      await this.call('PUT', path, { compatibility: ownCompatibility }, signal);
      this.compatibilities.set(subject, ownCompatibility);
    }
  }

  /** A schema as it was registered, with what it refers to inside. @throws {RegistryRefusal | Error} */
  async schemaText(id: number): Promise<string> {
    let answer = await this.call('GET', `/schemas/ids/${id}`);
    if (Array.isArray(answer['references']) && answer['references'].length > 0)
      answer = await this.call('GET', `/schemas/ids/${id}?format=resolved`);
    const { schema } = answer;
    if (typeof schema !== 'string') throw new Error(`the answer for schema ${id} holds no schema`);
    return schema;
  }

  private async call(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const { status, body: answered } = await this.exchange(method, path, body, signal);
    const answer = parsed(answered);
    const isOk = status >= 200 && status < 300;
    if (isOk && answer) return answer;
    const code = answer?.['error_code'];
    const message = answer?.['message'];
    throw new RegistryRefusal(
      isOk ? 502 : status,
      typeof code === 'number' ? code : undefined,
      typeof message === 'string' ? message : `${method} ${path} was answered with status ${status}`,
    );
  }

  private async exchange(
    method: string,
    path: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const timeout = AbortSignal.timeout(answerWithinMs);
    const { request } = this.base.startsWith('https:') ? https : http;
    const sent = request(this.base + path, {
      method,
      headers: this.headers,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    try {
      sent.end(body === undefined ? undefined : JSON.stringify(body));
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, body: await text(response) };
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
  }
}

/** Node reports several addresses that refuse as an `AggregateError` without a message of its own, and an abort with its cause. */
function reasonOf(error: unknown): string {
  const { message, cause, code } = error as { message?: string; cause?: { message?: string }; code?: string };
  return cause?.message || message || code || String(error);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
