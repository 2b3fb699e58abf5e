/** Pieces of Markdown that several pages are made of. */

export const GENERATED = '<!-- Made by `npm run docs -- --write` from the code; edit that. -->';

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), `|${' --- |'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** As code, if there is any. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** Paragraphs, tables and headings with an empty line between them, and one break at the end. */
export const page = (...parts: readonly string[]): string => `${parts.filter((part) => part !== '').join('\n\n')}\n`;

/** A link from a page in `docs/` to a folder or a file of the project. */
export const source = (file: string): string => `[${file}](../${file})`;
