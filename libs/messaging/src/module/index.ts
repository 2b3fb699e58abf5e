/** The Nest module that sets messaging up in a service. */
import './nest-log.ts';

export {
  connectMessaging,
  MessagingModule,
  type HealthPort,
  type MessagingAsyncOptions,
  type MessagingOptions,
} from './messaging.module.ts';
