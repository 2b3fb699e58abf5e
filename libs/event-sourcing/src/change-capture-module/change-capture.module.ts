import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ChangeCapture, type CaptureOptions, type ChangePublisher } from '../change-capture/index.ts';
import { type PartsSource } from '../nest/index.ts';
import {
  captureTelemetry,
  registerCaptureGauges,
  registerCaptureHealth,
  type CaptureHealthPort,
  type CaptureMetricsPort,
} from './capture-telemetry.ts';

/** Where the parts of the capture come from. */
export type ChangeCaptureModuleOptions = PartsSource<CaptureParts>;

/** What the capture of a service works with. */
export interface CaptureParts {
  /** The way to the broker. */
  readonly publisher: ChangePublisher;
  /** What is captured. An observer of its own replaces log lines and counters. */
  readonly capture: CaptureOptions;
  readonly metrics?: CaptureMetricsPort;
  readonly health?: CaptureHealthPort;
}

/** A change capture that runs from the service's start to its shutdown; `changeCaptureMigrations` must have run in its database. */
@Module({})
export class ChangeCaptureModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly capture: ChangeCapture;

  constructor(@Inject(ChangeCapture) capture: ChangeCapture) {
    this.capture = capture;
  }

  static forRoot(options: ChangeCaptureModuleOptions): DynamicModule {
    const capture = {
      provide: ChangeCapture,
      inject: [...(options.inject ?? [])],
      useFactory: (...injected: never[]) => {
        const { publisher, capture: given, metrics, health } = options.useFactory(...injected);
        const made = new ChangeCapture(publisher, { observer: captureTelemetry(given.name, metrics), ...given });
        if (metrics) registerCaptureGauges(given.name, made, metrics);
        if (health) registerCaptureHealth(given.name, made, health);
        return made;
      },
    };
    return {
      module: ChangeCaptureModule,
      global: true,
      imports: options.imports ?? [],
      providers: [capture],
      exports: [capture],
    };
  }

  onApplicationBootstrap(): void {
    this.capture.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.capture.stop();
  }
}
