import { Inject, Injectable } from '@nestjs/common';
import { KafkaConfig, Problem, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { MAXIMUM_ANSWER_BYTES, reasonOf } from '../services/http-json.ts';

const TIMEOUT_MS = 10_000;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

export interface RegistryAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks the schema registry, with the user and password that its address may carry. */
@Injectable()
export class RegistryDoor {
  private readonly base: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    { schemaRegistryUrl }: KafkaConfig,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {
    const url = new URL(schemaRegistryUrl);
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    this.headers = {
      'content-type': MEDIA_TYPE,
      accept: MEDIA_TYPE,
      ...(url.username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
    };
    url.username = '';
    url.password = '';
    this.base = url.toString().replace(/\/+$/, '');
  }

  /** @throws {Problem} 503 when it is away */
  async ask(method: string, path: string, body?: unknown): Promise<RegistryAnswer> {
    const signal = AbortSignal.any([this.context.stopping, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const response = await fetch(this.base + path, {
        method,
        headers: this.headers,
        ...(body === undefined || body === null ? {} : { body: JSON.stringify(body) }),
        signal,
        redirect: 'manual',
      });
      const text = await response.text();
      if (text.length > MAXIMUM_ANSWER_BYTES) throw new Error('answered more than the console takes');
      return { status: response.status, text };
    } catch (error) {
      const detail = `The schema registry at ${this.base} cannot be asked: ${reasonOf(error, TIMEOUT_MS)}`;
      throw Problem.unavailable('registry-away', detail, { cause: error });
    }
  }

  /** The answer as JSON. @throws {Problem} with what the registry said when it refused */
  async json(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await this.ask(method, path, body);
    const answer = parsed(text);
    if (status < 300) return answer;
    throw registryProblem(status, answer);
  }
}

/** A refusal of the registry (`error_code` and `message`) as a problem document. */
export function registryProblem(status: number, answer: unknown): Problem {
  const { message, error_code } = (answer ?? {}) as { message?: unknown; error_code?: unknown };
  const detail = typeof message === 'string' ? message : `The schema registry answered ${status}`;
  return new Problem({
    status: status >= 500 ? 502 : status,
    code: 'registry-refused',
    detail,
    extensions: { registryErrorCode: error_code },
  });
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
