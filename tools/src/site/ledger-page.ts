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

/** Words of a ledger as Markdown: they hold no markup of their own. */
export const words = (text: string | undefined): string => (text ?? '').replaceAll('<', '&lt;');

export const cell = (text: string | undefined): string => words(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
