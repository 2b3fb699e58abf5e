/**
 * Remembers which lesson runs, beyond the console's own life: a compacted topic with a record for each lesson that must be undone, and a
 * tombstone when it was. The note is there before the lesson touches anything.
 */
import type { KafkaClient } from '@headwater/messaging';
import { LESSON_IDS, type LessonId } from './lesson-state.ts';
import { readTopic } from './log-follower.ts';

export const NOTES_TOPIC = '_lessons';

export class LessonNotes {
  readonly #kafka: KafkaClient;

  constructor(kafka: KafkaClient) {
    this.#kafka = kafka;
  }

  /** Lessons that were begun and not undone. @throws when the broker does not answer */
  async begun(): Promise<LessonId[]> {
    const admin = await this.#kafka.openAdmin();
    try {
      if (!(await admin.list()).includes(NOTES_TOPIC)) return [];
    } finally {
      await admin.close();
    }
    const last = new Map((await readTopic(this.#kafka, NOTES_TOPIC)).map(({ key, value }) => [key, value]));
    return LESSON_IDS.filter((id) => (last.get(id) ?? null) !== null);
  }

  async note(id: LessonId): Promise<void> {
    const admin = await this.#kafka.openAdmin();
    const topic = { name: NOTES_TOPIC, partitions: 1, config: { 'cleanup.policy': 'compact' } };
    try {
      await admin.create([topic]);
    } finally {
      await admin.close();
    }
    await this.#write(id, Buffer.from(new Date().toISOString()));
  }

  async strike(id: LessonId): Promise<void> {
    await this.#write(id, null);
  }

  async #write(id: LessonId, value: Buffer | null): Promise<void> {
    const writer = await this.#kafka.openWriter();
    try {
      await writer.write(NOTES_TOPIC, [{ key: id, value, partition: 0 }]);
    } finally {
      await writer.close();
    }
  }
}
