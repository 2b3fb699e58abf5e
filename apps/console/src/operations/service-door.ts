import { Inject, Injectable } from '@nestjs/common';
import { SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { MAXIMUM_ANSWER_BYTES, reasonOf } from '../services/http-json.ts';
import { ServiceAddresses } from '../services/service-addresses.ts';

const TIMEOUT_MS = 3000;

/** Asks services for JSON. */
@Injectable()
export class ServiceDoor {
  constructor(
    private readonly addresses: ServiceAddresses,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  /** The services whose addresses are known. */
  get services(): readonly string[] {
    return this.addresses.names.filter((name) => this.addresses.of(name) !== undefined);
  }

  /** The answer as JSON; null where the service has no such path or nothing there. @throws Error that says what went wrong */
  async get(service: string, path: string): Promise<unknown> {
    const address = this.addresses.of(service);
    if (address === undefined) return null;
    const signal = AbortSignal.any([this.context.stopping, AbortSignal.timeout(TIMEOUT_MS)]);
    let response: Response;
    try {
      response = await fetch(`${address}${path}`, { signal });
    } catch (error) {
      throw new Error(reasonOf(error, TIMEOUT_MS), { cause: error });
    }
    const text = await response.text();
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
    if (text.length > MAXIMUM_ANSWER_BYTES) throw new Error('answered more than the console takes');
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
