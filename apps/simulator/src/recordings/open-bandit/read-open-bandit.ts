/**
 * The Open Bandit Dataset as four campaigns: each file is one, each row an impression of a creative (the item that was
 * shown), and a row with a click is a click at the same time.
 *
 * All files are sent in one order of time, in batches; clicks of a batch of impressions follow it.
 */
import { basename, join } from 'node:path';
import { type Trace, type TraceEvent } from '../../replay/trace.ts';
import { batches } from '../../requests/batches.ts';
import { clicksRequest, impressionsRequest, type Impression } from '../../requests/campaign-requests.ts';
import { failRow, readLines, type Line } from '../lines.ts';

const CAMPAIGNS = ['random_men', 'bts_men', 'random_women', 'bts_women'] as const;

/** The files that a replay needs. */
export const FILES = CAMPAIGNS.map((campaign) => `${campaign}.csv.gz`);

const IMPRESSIONS_IN_BATCH = 200;

export interface Shown extends Impression {
  readonly isClicked: boolean;
}

export interface OpenBandit {
  readonly name: string;
  /** In order of time. */
  readonly shown: readonly Shown[];
}

/** @throws SimulatorError for a wrong row, with its file and line */
export async function readOpenBandit(folder: string): Promise<OpenBandit> {
  const shown: Shown[] = [];
  for (const campaigner of CAMPAIGNS) {
    let columns: Columns | undefined;
    for await (const line of readLines(join(folder, `${campaigner}.csv.gz`))) {
      if (columns === undefined) columns = columnsOf(line);
      else shown.push(shownOf(line, columns, campaigner));
    }
  }
  shown.sort((left, right) => left.occurredAtMs - right.occurredAtMs);
  return { name: basename(folder), shown };
}

/** Where a field stands in a row. */
type Columns = Readonly<Record<'timestamp' | 'item_id' | 'click', number>>;

function columnsOf({ origin, text }: Line): Columns {
  const names = text.split(',');
  const columns = {
    timestamp: names.indexOf('timestamp'),
    item_id: names.indexOf('item_id'),
    click: names.indexOf('click'),
  };
  if (Object.values(columns).includes(-1)) failRow(origin, 'does not name timestamp, item_id and click');
  return columns;
}

function shownOf({ origin, text }: Line, columns: Columns, campaigner: string): Shown {
  const fields = text.split(',');
  const [index = ''] = fields;
  const click = fields[columns.click];
  const creative = fields[columns.item_id];
  // `2019-11-24 00:01:03.979311+00:00`: in UTC, and finer than a Date holds.
  const time = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?\d*\+00:00$/.exec(fields[columns.timestamp] ?? '');
  if (!/^\d+$/.test(index) || creative === undefined || creative === '' || time === null)
    failRow(origin, 'has no index, time and item');
  if (click !== '0' && click !== '1') failRow(origin, 'does not say whether it was clicked');
  return {
    impressionId: `${campaigner}-${index}`,
    campaigner,
    creative,
    occurredAtMs: Date.parse(`${time[1]}T${time[2]}${time[3] ?? ''}Z`),
    isClicked: click === '1',
  };
}

/** The requests that the recording becomes. */
export function traceOf({ name, shown }: OpenBandit): Trace {
  const events = batches(shown, IMPRESSIONS_IN_BATCH).flatMap((batch, index): TraceEvent[] => {
    const occurredAtMs = batch[0]?.occurredAtMs ?? 0;
    const origin = `impressions from ${new Date(occurredAtMs).toISOString()} on`;
    const clicked = batch.filter(({ isClicked }) => isClicked);
    const impressions = batch.map(({ isClicked: _, ...impression }) => impression);
    const clicks = clicked.map(({ impressionId, occurredAtMs: atMs }) => ({ impressionId, occurredAtMs: atMs }));
    const identity = (kind: string) => ({ idempotencyKey: `${name}-${kind}-${index}`, occurredAtMs, origin });
    return [
      impressionsRequest(impressions, identity('impressions')),
      ...(clicks.length === 0 ? [] : [clicksRequest(clicks, identity('clicks'))]),
    ];
  });
  return { name, leftOut: {}, events };
}
