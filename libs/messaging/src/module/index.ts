export {
  connectMessaging,
  MessagingModule,
  type HealthPort,
  type MessagingAsyncOptions,
  type MessagingOptions,
} from './messaging.module.ts';
