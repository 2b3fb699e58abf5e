/**
 * Connectors as files: `<folder>/*.yaml`, one connector each.
 *
 *     name: mybank-ledger
 *     config:
 *       connector.class: postgres-source
 *       database.url: ${MYBANK_LEDGER_DATABASE_URL}
 *       tables:
 *         public.transactions: { topic: bank_transactions, key: account_id }
 *
 * Nested names are joined by a point and lists by commas, which gives Kafka Connect's flat texts: `tables.public.transactions.topic`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '@headwater/service-kit';
import { parse } from 'yaml';
import { type ConnectorConfig } from '../worker/connector.ts';

/** A connector that a file defines. */
export interface ConnectorFile {
  /** For messages. */
  readonly file: string;
  readonly name: string;
  readonly config: ConnectorConfig;
}

/** A file that cannot be used; the message names file and field. As with any wrong configuration the service does not start. */
export class ConnectorFileError extends ConfigError {
  constructor(file: string, what: string) {
    super([{ variable: 'CONNECTORS_FOLDER', reason: 'invalid', message: `connector file ${file}: ${what}` }]);
  }
}

/** Those of a folder in order of name; none when there is no such folder. @throws ConnectorFileError */
export function readConnectorFiles(folder: string): ConnectorFile[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort();
  const connectors = files.map((file) => parseConnectorFile(file, readFileSync(path.join(folder, file), 'utf8')));
  const byName = new Map<string, string>();
  for (const { file, name } of connectors) {
    const other = byName.get(name);
    if (other !== undefined) throw new ConnectorFileError(file, `name: ${name} is the name of ${other}, too`);
    byName.set(name, file);
  }
  return connectors;
}

/** @throws ConnectorFileError */
export function parseConnectorFile(file: string, text: string): ConnectorFile {
  const document = parsed(file, text);
  if (!isMapping(document)) throw new ConnectorFileError(file, 'must have name and config');
  const unknown = Object.keys(document).find((field) => field !== 'name' && field !== 'config');
  if (unknown !== undefined) throw new ConnectorFileError(file, `${unknown}: is no field of a connector`);
  const { name, config } = document;
  if (typeof name !== 'string' || name.trim() === '') throw new ConnectorFileError(file, 'name: is missing');
  if (!isMapping(config)) throw new ConnectorFileError(file, 'config: must be names and values');
  const flat: Record<string, string> = {};
  flatten(file, config, '', flat);
  return { file, name, config: flat };
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ConnectorFileError(file, error instanceof Error ? error.message : String(error));
  }
}

function flatten(file: string, mapping: Record<string, unknown>, prefix: string, flat: Record<string, string>): void {
  for (const [name, value] of Object.entries(mapping)) {
    const field = prefix + name;
    if (isMapping(value)) flatten(file, value, `${field}.`, flat);
    else if (Array.isArray(value)) flat[field] = value.map((item) => textOf(file, field, item)).join(',');
    else flat[field] = textOf(file, field, value);
  }
}

/** @throws ConnectorFileError */
function textOf(file: string, field: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ConnectorFileError(file, `config.${field}: must be a text, a number, true or false`);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
