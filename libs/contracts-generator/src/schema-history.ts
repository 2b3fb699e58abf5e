/**
 * The history of every event's schema, committed beside it, so that a change that breaks a reader or a writer is refused before it
 * is merged and not when a service starts.
 *
 *     schemas/history/<record's full name>/<version>.avsc   what was released, oldest first; numbered as the registry will
 *     schemas/history/exemptions.yaml                        breaks that somebody has answered for
 *
 * A version must be fully compatible with all before it (Confluent's FULL_TRANSITIVE): each can read what any other has written.
 * An exemption makes its version a new beginning; those after it are held against it and not against what came before. A schema
 * that is gone needs one, too: what was written with it is still in the topics.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { defineEvent } from '@headwater/contract-kit';
import { avroCanonicalText, avroCompatibilityMessages } from '@headwater/schema-registry';
import { parse as parseYaml } from 'yaml';
import { ContractsError } from './contracts-error.ts';
import type { EventSchema } from './event-schemas.ts';

const folder = 'schemas/history';
const exemptionsFile = `${folder}/exemptions.yaml`;

interface Exemption {
  readonly event: string;
  /** The version that breaks what was before it; `removed` for an event that is gone. */
  readonly version: number | 'removed';
  readonly reason: string;
}

/** What the history says about the schemas. */
export interface HistoryFindings {
  /** Versions that the history lacks: path below the root -> text. */
  readonly missing: ReadonlyMap<string, string>;
  /** Breaks without an exemption, and mistakes in the history itself. */
  readonly problems: readonly string[];
}

const isThere = (file: string): boolean => fs.existsSync(file);

function readExemptions(root: string): Exemption[] {
  const file = path.join(root, exemptionsFile);
  if (!isThere(file)) return [];
  const entries: unknown = parseYaml(fs.readFileSync(file, 'utf8')) ?? [];
  if (!Array.isArray(entries)) throw new ContractsError([`${exemptionsFile}: must be a list of exemptions`]);
  return entries.map((entry: Partial<Exemption> | null, index) => {
    const { event, version, reason } = entry ?? {};
    if (typeof event === 'string' && (version === 'removed' || Number.isInteger(version)) && reason?.trim())
      return { event, version: version!, reason };
    throw new ContractsError([
      `${exemptionsFile}: exemption ${index + 1} must have event (full name), version (a number, or removed) and reason`,
    ]);
  });
}

/** Texts of an event's versions, oldest first. @throws {ContractsError} when one is missing between others. */
function readVersions(root: string, event: string): string[] {
  const own = path.join(root, folder, event);
  const names = isThere(own) ? fs.readdirSync(own) : [];
  const versions = names.map((name) => Number(/^(\d+)\.avsc$/.exec(name)?.[1])).sort((one, other) => one - other);
  if (versions.some((version, index) => version !== index + 1))
    throw new ContractsError([`${folder}/${event}: must hold 1.avsc, 2.avsc … without a gap, and nothing else`]);
  return versions.map((version) => fs.readFileSync(path.join(own, `${version}.avsc`), 'utf8'));
}

/** Whether git knows a file as it is: one that was only just written may be written anew. */
function isCommitted(root: string, file: string): boolean {
  try {
    const status = execFileSync('git', ['status', '--porcelain', '--', file], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return status.toString().trim() === '';
  } catch {
    return true;
  }
}

/** Reasons why the last of the versions may not follow those that it is held against; empty when it may. */
function breaksOf(event: string, versions: readonly string[], exemptions: readonly Exemption[]): string[] {
  const begins = exemptions.filter((exemption) => exemption.event === event && exemption.version !== 'removed');
  const first = Math.max(1, ...begins.map(({ version }) => version as number));
  const earlier = versions.slice(first - 1, -1);
  const messages = avroCompatibilityMessages(versions.at(-1)!, earlier, 'FULL_TRANSITIVE');
  // The last two say which version and which schema; the file is told instead.
  const breaks = messages.filter((message) => !/^\{(oldSchema|validateFields|oldSchemaVersion)/.test(message));
  return breaks.length > 0 ? breaks.map(wordsOf) : changedMeanings(event, versions.at(-1)!, earlier);
}

/** The sentence in a registry's message: `{errorType:'…', description:'…', additionalInfo:'…'}`. */
function wordsOf(message: string): string {
  const [, description] = /description:'(.*)', additionalInfo:/.exec(message) ?? [];
  return description === undefined ? message : `${description}.`;
}

/** What Avro's rules let pass and our readers do not: another unit or scale of the same number. */
function changedMeanings(name: string, latest: string, earlier: readonly string[]): string[] {
  const pairs = earlier.flatMap((schema) => [[latest, schema] as const, [schema, latest] as const]);
  for (const [reader, writer] of pairs) {
    try {
      defineEvent({ name, schema: reader }).decoderFor(writer);
    } catch (error) {
      const { cause } = error as Error;
      return [`${cause instanceof Error ? cause.message : String(error)}.`];
    }
  }
  return [];
}

function findMissing(root: string, schema: EventSchema, versions: string[]): [file: string, text: string] | undefined {
  const text = fs.readFileSync(path.join(root, schema.file), 'utf8');
  const latest = versions.at(-1);
  if (latest !== undefined && avroCanonicalText(latest) === avroCanonicalText(text)) return undefined;
  const latestFile = `${folder}/${schema.fullName}/${versions.length}.avsc`;
  if (latest !== undefined && !isCommitted(root, latestFile)) versions.pop();
  versions.push(text);
  return [`${folder}/${schema.fullName}/${versions.length}.avsc`, text];
}

/** Texts of an event's versions, oldest first; the schema as it is now is the last. @throws {ContractsError} */
export function versionTexts(root: string, schema: EventSchema): readonly string[] {
  const versions = readVersions(root, schema.fullName);
  findMissing(root, schema, versions);
  return versions;
}

/** Holds the schemas against their history. @throws {ContractsError} when the history itself cannot be read. */
export function readHistory(root: string, schemas: readonly EventSchema[]): HistoryFindings {
  const exemptions = readExemptions(root);
  const missing = new Map<string, string>();
  const problems: string[] = [];
  for (const schema of schemas) {
    const versions = readVersions(root, schema.fullName);
    const found = findMissing(root, schema, versions);
    if (found) missing.set(...found);
    for (const reason of breaksOf(schema.fullName, versions, exemptions))
      problems.push(
        `${schema.file}: version ${versions.length} of ${schema.fullName} breaks an earlier one: ${reason} ` +
          `Give a new field a default and keep old ones, or make a new event; or answer for it in ${exemptionsFile}`,
      );
  }
  return { missing, problems: [...problems, ...removedEvents(root, schemas, exemptions)] };
}

function removedEvents(root: string, schemas: readonly EventSchema[], exemptions: readonly Exemption[]): string[] {
  const kept = new Set(schemas.map(({ fullName }) => fullName));
  const entries = isThere(path.join(root, folder))
    ? fs.readdirSync(path.join(root, folder), { withFileTypes: true })
    : [];
  return entries
    .filter((entry) => entry.isDirectory() && !kept.has(entry.name))
    .filter(({ name }) => !exemptions.some(({ event, version }) => event === name && version === 'removed'))
    .map(
      ({ name }) =>
        `${folder}/${name}: the event has no schema any more, but records of it may be in the topics; ` +
        `bring it back, or answer for it in ${exemptionsFile} with version: removed`,
    );
}

/** Adds the missing versions. @returns the files that were written. */
export function writeHistory(root: string, { missing }: HistoryFindings): string[] {
  for (const [file, text] of missing) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  return [...missing.keys()];
}
