/** The services that send or receive, with what each does: topics.yaml for what, the code for in which group. */
import fs from 'node:fs';
import path from 'node:path';
import { findTopicUses, serviceNames } from './service-code.ts';
import type { TopicEntry } from './topics-file.ts';
import { topicNameOf } from './typescript-names.ts';

export interface ReceivedTopic {
  readonly topic: TopicEntry;
  /** One subscription for each group; empty when the code does not say it where it subscribes. */
  readonly groups: readonly string[];
}

export interface ServiceContract {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly sends: readonly TopicEntry[];
  readonly receives: readonly ReceivedTopic[];
}

/** Services in order of name; those that neither send nor receive are left out. */
export function readServices(root: string, topics: readonly TopicEntry[]): ServiceContract[] {
  const uses = findTopicUses(root);
  return serviceNames(root).flatMap((name) => {
    const sends = topics.filter(({ owner }) => owner === name);
    const receives = topics
      .filter(({ subscribers }) => subscribers.includes(name))
      .map((topic) => {
        const own = uses.filter((use) => use.service === name && use.topic === topicNameOf(topic.name));
        return { topic, groups: [...new Set(own.flatMap(({ group }) => group ?? []))].sort() };
      });
    if (sends.length === 0 && receives.length === 0) return [];
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'apps', name, 'package.json'), 'utf8')) as {
      version?: string;
      description?: string;
    };
    return [{ name, version: manifest.version ?? '0.0.0', description: manifest.description ?? name, sends, receives }];
  });
}
