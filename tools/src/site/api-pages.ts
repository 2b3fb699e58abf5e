/** Pages of the libraries' public types and functions, as TypeDoc writes them from the sources. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type RenderedDocument, type Section } from './document.ts';
import { type LedgerPage } from './ledger-page.ts';

/** Has TypeDoc write the reference, unless it is newer than every source of a library. @returns its folder; @throws Error with what TypeDoc says */
export function writeReference(root: string): string {
  const folder = path.join(root, '.headwater/reference');
  const stamp = path.join(folder, '.written');
  const writtenMs = fs.existsSync(stamp) ? fs.statSync(stamp).mtimeMs : 0;
  if (sourcesOf(root).every((file) => fs.statSync(file).mtimeMs < writtenMs)) return folder;
  const typedoc = path.join(root, 'node_modules/typedoc/bin/typedoc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, '--out', folder, '--logLevel', 'Warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the API reference cannot be written: ${stdout}${stderr}`);
  fs.writeFileSync(stamp, '');
  return folder;
}

function sourcesOf(root: string): string[] {
  const libraries = fs.readdirSync(path.join(root, 'libs')).map((name) => path.join(root, 'libs', name, 'src'));
  return libraries
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) =>
      fs
        .readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.join(folder, file)),
    )
    .concat(path.join(root, 'typedoc.json'));
}

/** @param folder of what TypeDoc has written: `<library>/src.md` */
export function apiPages(folder: string): LedgerPage[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      page: `api/${name}.html`,
      markdown: fs.readFileSync(path.join(folder, name, 'src.md'), 'utf8').replace(/^# .*/, `# API: ${name}`),
    }))
    .toSorted((one, other) => one.page.localeCompare(other.page));
}

/** Where a link between these pages leads on the site. */
export const apiLink = (target: string): string => target.replace(/^\.\.\/([\w-]+)\/src\.md/, '$1.html');

/** What a search finds of a library: its types and functions, each with all that is said below it. */
export function bySymbol(document: RenderedDocument): RenderedDocument {
  const sections: { -readonly [Key in keyof Section]: Section[Key] }[] = [];
  for (const section of document.sections) {
    const symbol = sections.at(-1);
    if (symbol === undefined || section.level <= 3) sections.push({ ...section });
    else symbol.body += ` ${section.text} ${section.body}`;
  }
  return { ...document, sections };
}
