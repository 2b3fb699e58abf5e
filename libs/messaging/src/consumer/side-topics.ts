/** The topics of a group's own by which records come to it again. No other group reads them. */
import type { TopicContract } from '@headwater/contract-kit';
import type { TopicToCreate } from '../client/index.ts';
import { deadLetterSetup } from '../topics/index.ts';
import type { SubscriptionOptions } from './subscription-options.ts';

const dayMs = 86_400_000;

/** `<group>.retry-1` for the first tier. */
export const retryTopicOf = (group: string, tier: number): string => `${group}.retry-${tier}`;

/** `<group>.redrive`: dead letters that an operator gives to the group again. */
export const redriveTopicOf = (group: string): string => `${group}.redrive`;

/** As many partitions as the source: a key's records stay together. */
export function redriveSetup(topic: TopicContract, group: string): TopicToCreate {
  return {
    name: redriveTopicOf(group),
    partitions: topic.partitions,
    config: { 'cleanup.policy': 'delete', 'retention.ms': String(7 * dayMs) },
  };
}

/** The options of the member on a topic of the group's own, which is a group of its own to Kafka and misses nothing. */
export function sideOptions(options: SubscriptionOptions, name: string, attempts: number): SubscriptionOptions {
  return { ...options, group: name, startFrom: 'earliest', attempts };
}

/** Of the member on the redrive topic: a redriven record must not be tried for ever beside its topic. */
export function redriveOptions(options: SubscriptionOptions): SubscriptionOptions {
  const { group, attempts } = options;
  return sideOptions(options, redriveTopicOf(group), attempts === 'forever' ? 5 : attempts);
}

/** What a subscription needs besides its topic before it starts. The redrive topic is made by the first redrive. */
export function sideTopicsOf(topic: TopicContract, options: SubscriptionOptions): TopicToCreate[] {
  const { group, policy, retryDelaysMs } = options;
  const tiers = policy === 'retry-topic' ? retryDelaysMs : [];
  return [
    deadLetterSetup(topic, group),
    ...tiers.map((delayMs, index) => ({
      name: retryTopicOf(group, index + 1),
      partitions: topic.partitions,
      config: { 'cleanup.policy': 'delete', 'retention.ms': String(7 * dayMs + 2 * delayMs) },
    })),
  ];
}
