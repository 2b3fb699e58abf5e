/** The broker and the registry that a command works on: those that are named, or those of the running workspace. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import type { TopicContract } from '@headwater/contract-kit';
import { createKafkajsClient, DeadLetterDesk, EventCodec, MessageProducer, systemClock } from '@headwater/messaging';
import { OperateError } from '../operate-error.ts';
import type { DeadLettersOptions } from './dead-letters-options.ts';

export interface MessagingConnection {
  readonly codec: EventCodec;
  readonly desk: DeadLetterDesk;
}

/** Runs work with a connection and closes it. @throws OperateError when the broker cannot be reached. */
export async function withMessaging<Result>(
  options: DeadLettersOptions,
  topics: readonly TopicContract[],
  work: (connection: MessagingConnection) => Promise<Result>,
): Promise<Result> {
  const broker = options.broker ?? (await endpointOf(options, 'broker'));
  Logger.overrideLogger(['error', 'fatal']);
  const clientId = 'headwater-dead-letters';
  const client = createKafkajsClient({ clientId, bootstrapServers: broker.split(','), clock: systemClock });
  const codec = await codecOf(options);
  const producer = new MessageProducer(client, codec);
  try {
    const admin = await client.openAdmin().catch((error: unknown) => {
      throw new OperateError(`The broker at ${broker} does not answer: ${textOf(error)}`, { cause: error });
    });
    await admin.close();
    return await work({ codec, desk: new DeadLetterDesk({ client, producer, topics }) });
  } finally {
    await producer.close();
  }
}

export async function codecOf(options: DeadLettersOptions): Promise<EventCodec> {
  return new EventCodec(options.registry ?? (await endpointOf(options, 'registry')));
}

const textOf = (error: unknown): string => (Error.isError(error) ? error.message : String(error));

async function endpointOf({ dir }: DeadLettersOptions, name: 'broker' | 'registry'): Promise<string> {
  const file = path.join(dir, 'endpoints.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new OperateError(`Nothing runs here: start it with \`npm start\`, or name the ${name} by --${name}.`);
  const endpoint = (JSON.parse(text) as Record<string, string | undefined>)[name];
  if (!endpoint) throw new OperateError(`${file} names no ${name}: name it by --${name}.`);
  return endpoint;
}
