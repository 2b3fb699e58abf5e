/** Topics of a bench: created, waited for, deleted. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Address, Connection, request } from './client.ts';
import { createTopicFrame, deleteTopicFrame, fetchErrorAt, fetchFrame, type NewTopic } from './wire.ts';

const deadlineMs = 60_000;
const lookMs = 20;

/** Creates a topic and resolves when every partition serves. @throws when it is refused, or too slow. */
export async function createTopic(address: Address, topic: NewTopic): Promise<void> {
  const answer = await request(address, createTopicFrame(topic));
  // throttle int32 | topics int32 | name string | error int16, behind the correlation id
  const error = answer.readInt16BE(4 + 4 + 4 + 2 + topic.name.length);
  if (error !== 0) throw new Error(`Topic ${topic.name} was not created: error ${error}`);
  await untilServed(address, topic.name, topic.partitions ?? 1);
}

/** Resolves when each partition answers a Fetch without an error. */
export async function untilServed(address: Address, topic: string, partitions: number): Promise<void> {
  const connection = await Connection.open(address);
  const endMs = performance.now() + deadlineMs;
  try {
    for (let partition = 0; partition < partitions;) {
      const answer = await connection.send(fetchFrame(topic, partition, 0, { answerBytes: 1, waitMs: 0 }));
      const error = answer.readInt16BE(fetchErrorAt);
      if (error === 0) partition += 1;
      else if (performance.now() > endMs)
        throw new Error(`Partition ${topic}-${partition} still answers error ${error}`);
      else await delay(lookMs);
    }
  } finally {
    connection.close();
  }
}

export async function deleteTopic(address: Address, topic: string): Promise<void> {
  await request(address, deleteTopicFrame(topic));
}
