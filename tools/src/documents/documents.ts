/** Which documents there are that follow the code, and what each should say now. */
import fs from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { documentFiles } from '../site/index.ts';
import { alertsPage, readAlerts } from './alerts.ts';
import { architecturePages } from './architecture-pages.ts';
import { readArchitecture } from './architecture.ts';
import { commandsPage } from './commands-page.ts';
import { configurationPage, serviceOptions } from './configuration.ts';
import { errorsPage } from './errors-page.ts';
import { generatorsPage } from './generators-page.ts';
import { metricsPage } from './metrics-page.ts';
import { fillSnippets } from './snippets.ts';
import { productionSources } from './sources.ts';

export interface Document {
  /** From the project's root. */
  readonly file: string;
  readonly text: string;
}

/** The documents that do not say what the code says, with what they should say. @throws Error when they cannot be made */
export async function refreshedDocuments(root: string): Promise<Document[]> {
  const refreshed: Document[] = [];
  const generated = await generatedDocuments(root);
  for (const file of new Set([...documentFiles(root), ...generated.keys()])) {
    const old = fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), 'utf8') : '';
    const filled = fillSnippets(root, file, generated.get(file) ?? old);
    if (filled === old) continue;
    const text = await formatted(root, file, filled);
    if (text !== old) refreshed.push({ file, text });
  }
  return refreshed;
}

export function writeDocuments(root: string, documents: readonly Document[]): void {
  for (const { file, text } of documents) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
}

/** Whole pages that are made from the code. */
async function generatedDocuments(root: string): Promise<Map<string, string>> {
  const sources = productionSources(root);
  const [commands, configuration] = await Promise.all([
    commandsPage(root, sources),
    serviceOptions(root).then(configurationPage),
  ]);
  return new Map([
    ['docs/commands.md', commands],
    ['docs/configuration.md', configuration],
    ['docs/errors.md', errorsPage(sources)],
    ['docs/generators.md', generatorsPage(root)],
    ['docs/metrics.md', metricsPage(sources)],
    ['docs/operating/alerts.md', alertsPage(readAlerts(root))],
    ...architecturePages(readArchitecture(root, sources)),
  ]);
}

/** As `npm run format` leaves it, so that the two do not undo each other. */
async function formatted(root: string, file: string, text: string): Promise<string> {
  const filepath = path.join(root, file);
  return await format(text, { ...(await resolveConfig(filepath)), filepath });
}
