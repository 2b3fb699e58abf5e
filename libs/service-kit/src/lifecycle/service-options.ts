import { type INestApplication, type Type } from '@nestjs/common';
import { type ConfigClass, type Environment } from '../config/index.ts';
import { type ApiDescription } from '../openapi/index.ts';

/** The module that a service is made of. */
export type AppModule = Type<unknown>;

/** What a service says about itself in its `main.ts`. */
export interface ServiceOptions extends ApiDescription {
  /** kebab-case; in logs, metrics, the ready line and the name of its Kafka client. */
  readonly name: string;
  /**
   * Configuration classes that the service and its libraries inject (`DatabaseConfig`, `KafkaConfig`, its own).
   * `ServiceConfig` is always there.
   */
  readonly configs?: readonly ConfigClass[];
  /** Variables to read; `process.env` by default. */
  readonly environment?: Environment;
  /**
   * Called with the application before it initializes: the place for `app.connectMicroservice(…)`. Microservices that
   * are connected are started after HTTP listens and before the service says that it is ready.
   */
  readonly prepare?: (app: INestApplication) => void | Promise<void>;
}
