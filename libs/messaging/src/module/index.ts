/** The Nest module that sets messaging up in a service. */
export {
  connectMessaging,
  MessagingModule,
  type HealthPort,
  type MessagingAsyncOptions,
  type MessagingOptions,
} from './messaging.module.ts';
