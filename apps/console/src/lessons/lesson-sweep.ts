/**
 * Removes what a lesson has made, by its name: topics, groups, subjects, tables. Whoever made it, and whenever: a console that was
 * killed leaves its lesson's things behind, and the next one sweeps them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { prefixOf, type StageParts } from './lesson-stage.ts';
import type { LessonId } from './lesson-state.ts';

/** A member that was killed stays in its group for a session. */
const GROUP_ATTEMPTS = 30;
const GROUP_PAUSE_MS = 500;

export async function sweepLesson(id: LessonId, parts: StageParts): Promise<void> {
  const isOfLesson = (name: string): boolean => name.startsWith(`${prefixOf(id)}_`);
  await deleteGroups(parts, isOfLesson);
  await parts.admin.useAlone(async (kafka) => {
    const topics = (await kafka.listTopics()).filter(isOfLesson);
    if (topics.length > 0) await kafka.deleteTopics({ topics });
  });
  await deleteSubjects(parts.registryUrl.replace(/\/$/, ''), isOfLesson);
  if (parts.databaseUrl !== undefined) await dropSchema(parts.databaseUrl, prefixOf(id));
}

/** A console that stops does not wait for a session to end: the next one sweeps. */
async function deleteGroups({ admin, stopping }: StageParts, isOfLesson: (name: string) => boolean): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.use(async (kafka) => {
        const groupIds = (await kafka.listGroups()).groups.map(({ groupId }) => groupId).filter(isOfLesson);
        if (groupIds.length > 0) await kafka.deleteGroups(groupIds);
      });
      return;
    } catch (error) {
      if (attempt === GROUP_ATTEMPTS || stopping.aborted) throw error;
      await delay(GROUP_PAUSE_MS);
    }
  }
}

async function deleteSubjects(registryUrl: string, isOfLesson: (name: string) => boolean): Promise<void> {
  const response = await fetch(`${registryUrl}/subjects`);
  const subjects = ((await response.json()) as string[]).filter(isOfLesson);
  for (const subject of subjects) {
    const url = `${registryUrl}/subjects/${encodeURIComponent(subject)}`;
    await fetch(url, { method: 'DELETE' });
    await fetch(`${url}?permanent=true`, { method: 'DELETE' });
  }
}

async function dropSchema(databaseUrl: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  } finally {
    await client.end();
  }
}
