/** What libs/contracts/src/generated must hold, and how far it is from that. */
import fs from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { readEventSchemas } from './event-schemas.ts';
import { readTopics } from './topics-file.ts';
import { eventsSource, indexSource, topicsSource } from './typescript-source.ts';

const folder = 'libs/contracts/src/generated';

/** Path below `root` -> text, for every generated file. @throws {ContractsError} when schemas/ is wrong. */
export async function generateFiles(root: string): Promise<Map<string, string>> {
  const schemas = readEventSchemas(root);
  const topics = readTopics(root, schemas);
  const contexts = [...new Set(schemas.map(({ context }) => context))].sort();
  const sources = new Map<string, string>([
    ...contexts.map((context): [string, string] => [
      `${folder}/${context}-events.gen.ts`,
      eventsSource(schemas.filter((schema) => schema.context === context)),
    ]),
    [`${folder}/topics.gen.ts`, topicsSource(topics)],
    [`${folder}/index.ts`, indexSource(contexts)],
  ]);
  for (const [file, text] of sources)
    sources.set(file, await prettier.format(text, { parser: 'typescript', singleQuote: true, printWidth: 120 }));
  return sources;
}

/** Files below `root` that are missing, different, or there without a source. */
export function findDrift(root: string, expected: ReadonlyMap<string, string>): string[] {
  const present = fs.existsSync(path.join(root, folder)) ? fs.readdirSync(path.join(root, folder)) : [];
  const left = present.map((name) => `${folder}/${name}`).filter((file) => !expected.has(file));
  const differing = [...expected]
    .filter(
      ([file, text]) =>
        !fs.existsSync(path.join(root, file)) || fs.readFileSync(path.join(root, file), 'utf8') !== text,
    )
    .map(([file]) => file);
  return [...differing, ...left].sort();
}

/** Brings the folder to what is expected. @returns the files that changed. */
export function writeFiles(root: string, expected: ReadonlyMap<string, string>): string[] {
  const drift = findDrift(root, expected);
  fs.mkdirSync(path.join(root, folder), { recursive: true });
  for (const file of drift) {
    const text = expected.get(file);
    if (text === undefined) fs.rmSync(path.join(root, file));
    else fs.writeFileSync(path.join(root, file), text);
  }
  return drift;
}
