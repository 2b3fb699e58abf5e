import { Inject, Injectable } from '@nestjs/common';
import { KafkaConfig, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import type { PartState } from '../live/live-state.ts';
import { getJson } from './http-json.ts';
import { ServiceAddresses } from './service-addresses.ts';

/** Whether the parts that speak HTTP answer. */
@Injectable()
export class PartsReader {
  private readonly kafka: KafkaConfig;
  private readonly addresses: ServiceAddresses;
  private readonly context: ServiceContext;

  constructor(kafka: KafkaConfig, addresses: ServiceAddresses, @Inject(SERVICE_CONTEXT) context: ServiceContext) {
    this.kafka = kafka;
    this.addresses = addresses;
    this.context = context;
  }

  read(): Promise<PartState[]> {
    return Promise.all([
      this.ask('Schema registry', this.kafka.schemaRegistryUrl, '/subjects'),
      ...this.addresses.names.map((name) => this.ask(name, this.addresses.of(name), '/health/ready')),
    ]);
  }

  private async ask(name: string, base: string | undefined, path: string): Promise<PartState> {
    if (base === undefined) return { name, status: 'off', address: null, problem: null };
    const address = base.replace(/\/$/, '');
    try {
      await getJson(`${address}${path}`, this.context.stopping);
      return { name, status: 'up', address, problem: null };
    } catch (error) {
      return { name, status: 'down', address, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
