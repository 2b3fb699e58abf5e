/** What must be generated from schemas/ and the services' code, and how far the workspace is from that. */
import fs from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { asyncApiText } from './asyncapi-document.ts';
import { catalogueText } from './catalogue.ts';
import { readEventSchemas } from './event-schemas.ts';
import { versionTexts } from './schema-history.ts';
import { readServices } from './services.ts';
import { readTopics } from './topics-file.ts';
import { eventsSources, indexSource, topicsSource } from './typescript-source.ts';

const typesFolder = 'libs/contracts/src/generated';
const documentsFolder = 'docs/asyncapi';
/** Whatever is in them is generated. */
const folders = [typesFolder, documentsFolder];

const parsers: Readonly<Record<string, string>> = { '.ts': 'typescript', '.yaml': 'yaml', '.md': 'markdown' };

/** Path below `root` -> text, for every generated file. @throws {ContractsError} when schemas/ is wrong. */
export async function generateFiles(root: string): Promise<Map<string, string>> {
  const schemas = readEventSchemas(root);
  const topics = readTopics(root, schemas);
  const services = readServices(root, topics);
  const events = eventsSources(schemas);
  const sources = new Map<string, string>([
    ...[...events].map(([context, text]): [string, string] => [`${typesFolder}/${context}-events.gen.ts`, text]),
    [`${typesFolder}/topics.gen.ts`, topicsSource(topics)],
    [`${typesFolder}/index.ts`, indexSource([...events.keys()])],
    ...services.map((service): [string, string] => [`${documentsFolder}/${service.name}.yaml`, asyncApiText(service)]),
    ['docs/catalogue.md', catalogueText(topics, services, (event) => versionTexts(root, event))],
  ]);
  for (const [file, text] of sources) {
    const parser = parsers[path.extname(file)]!;
    sources.set(file, await prettier.format(text, { parser, singleQuote: true, printWidth: 120 }));
  }
  return sources;
}

function presentIn(root: string, folder: string): string[] {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs.readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`);
}

/** Files below `root` that are missing, different, or there without a source. */
export function findDrift(root: string, expected: ReadonlyMap<string, string>): string[] {
  const left = folders.flatMap((folder) => presentIn(root, folder)).filter((file) => !expected.has(file));
  const differing = [...expected]
    .filter(
      ([file, text]) =>
        !fs.existsSync(path.join(root, file)) || fs.readFileSync(path.join(root, file), 'utf8') !== text,
    )
    .map(([file]) => file);
  return [...differing, ...left].sort();
}

/** Brings the files to what is expected. @returns the files that changed. */
export function writeFiles(root: string, expected: ReadonlyMap<string, string>): string[] {
  const drift = findDrift(root, expected);
  for (const file of drift) {
    const text = expected.get(file);
    if (text === undefined) fs.rmSync(path.join(root, file));
    else {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text);
    }
  }
  return drift;
}
