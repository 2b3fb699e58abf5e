/** What pages that are made from ledgers have in common. */

/** A page that no Markdown file holds. */
export interface LedgerPage {
  /** On the site. */
  readonly page: string;
  readonly markdown: string;
}

/** @param rows each as a line of Markdown */
export function table(heads: readonly string[], rows: readonly string[]): string {
  return [`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`, ...rows].join('\n');
}

export const cell = (text: string | undefined): string => (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
