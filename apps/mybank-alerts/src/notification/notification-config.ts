import { defineConfig, flag, integer, optional, text, url } from '@headwater/service-kit';

/** How users are told of alerts. */
export class NotificationConfig extends defineConfig({
  notificationsPerWindow: integer({
    default: 10,
    min: 1,
    max: 10_000,
    description:
      'notifications that a channel of a user gets within a window; what is over it is summed up in a later one',
  }),
  notificationWindowMs: integer({
    default: 60_000,
    min: 100,
    max: 86_400_000,
    description: 'milliseconds of a window',
  }),
  notificationTimeoutMs: integer({
    default: 5_000,
    min: 100,
    max: 60_000,
    description: 'milliseconds after which a webhook or mail server that does not answer has failed',
  }),
  notificationAttempts: integer({
    default: 8,
    min: 1,
    max: 100,
    description: 'attempts after which a notification is put among the dead ones',
  }),
  notificationFirstRetryMs: integer({
    default: 1_000,
    min: 1,
    max: 3_600_000,
    description: 'milliseconds before the second attempt; doubles with each further one',
  }),
  notificationMaxRetryMs: integer({
    default: 300_000,
    min: 1,
    max: 86_400_000,
    description: 'longest pause between attempts in milliseconds',
  }),
  notificationPrivateAddresses: flag({
    default: false,
    description: 'lets webhooks go to private and local addresses, for development',
  }),
  smtpUrl: optional(
    url({
      protocols: ['smtp:', 'smtps:'],
      secret: true,
      description: 'mail server, for example smtps://user:password@mail.example.org; without one there is no e-mail',
    }),
  ),
  mailFrom: text({ default: 'MyBank <alerts@mybank.example>', description: 'sender of e-mails' }),
}) {}
