/** What the console and services answer about dead letters and parked messages, as far as the page shows it. */

/** An event, or bytes that are none. */
export type EventView =
  { readonly event: string | null; readonly value: unknown } | { readonly unreadable: string; readonly base64: string };

export interface DeadLetterView {
  readonly partition: number;
  readonly offset: string;
  readonly state: 'open' | 'redriven' | 'discarded';
  readonly note?: { readonly who: string; readonly why: string; readonly at: string };
  readonly writtenAt: string;
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: string };
  readonly key: string | null;
  readonly attempts: number;
  readonly redrives: number;
  readonly error: string;
  readonly reason: string;
  readonly messageId?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: EventView;
}

export interface RedriveReport {
  readonly found: number;
  readonly done: number;
  readonly overCap: number;
  readonly dryRun: boolean;
}

export interface ParkedMessageView {
  readonly offset: string;
  readonly timestamp: string;
  readonly skipped: boolean;
  readonly content: EventView;
}

/** Who decides, and why: noted with each command. */
export interface Act {
  readonly who: string;
  readonly why: string;
}

const MIDDLE = '.dead-letter.';

/** The topic and the group that a dead-letter topic is named after. */
export function lettersOf(name: string): { readonly topic: string; readonly group: string } {
  const at = name.indexOf(MIDDLE);
  return { topic: name.slice(0, at), group: name.slice(at + MIDDLE.length) };
}

export function contentText(content: EventView): string {
  return 'unreadable' in content ? content.unreadable : JSON.stringify(content.value, null, 2);
}
