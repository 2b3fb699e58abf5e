/** Sends a lesson's deposits as a service sends its events: by contract, with the registry's schema id, by the idempotent producer. */
import { defaultProducerOptions, EventCodec, MessageProducer, systemClock } from '@headwater/messaging';
import type { LessonStage } from './lesson-stage.ts';
import { deposited, depositTopic, type Deposit } from './workers/lesson-deposits.ts';

export type SendDeposit = (deposit: Deposit) => Promise<void>;

/** Creates nothing: the topic is there. */
export async function openDepositWriter(stage: LessonStage, topicName: string): Promise<SendDeposit> {
  const topic = depositTopic(topicName);
  const codec = new EventCodec(stage.parts.registryUrl, systemClock);
  await codec.register([topic], stage.signal);
  const producer = new MessageProducer(stage.kafka, codec, defaultProducerOptions, systemClock);
  stage.onClose(() => producer.close());
  return (deposit) => producer.send(topic, deposited, deposit);
}
