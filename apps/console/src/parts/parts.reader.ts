import { Inject, Injectable } from '@nestjs/common';
import { KafkaConfig, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { ConsoleConfig } from '../console-config.ts';
import type { PartState } from '../live/live-state.ts';
import { getJson } from './http-json.ts';

/** Whether the parts that speak HTTP answer. */
@Injectable()
export class PartsReader {
  private readonly kafka: KafkaConfig;
  private readonly config: ConsoleConfig;
  private readonly context: ServiceContext;

  constructor(kafka: KafkaConfig, config: ConsoleConfig, @Inject(SERVICE_CONTEXT) context: ServiceContext) {
    this.kafka = kafka;
    this.config = config;
    this.context = context;
  }

  read(): Promise<PartState[]> {
    const { socialPostsUrl, socialFeedUrl } = this.config;
    return Promise.all([
      this.ask('Schema registry', this.kafka.schemaRegistryUrl, '/subjects'),
      this.ask('social-posts', socialPostsUrl, '/health/ready'),
      this.ask('social-feed', socialFeedUrl, '/health/ready'),
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
