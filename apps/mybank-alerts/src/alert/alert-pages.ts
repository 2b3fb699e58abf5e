/** A user's alerts, read by their numbers. */
import { Injectable } from '@nestjs/common';
import { CursorCodec, pageOf, type Page } from '@headwater/service-kit';
import { EntityManager } from 'typeorm';
import { alertOf, type Alert, type AlertRow } from './alert.ts';

const cursors = new CursorCodec({ number: 'bigint' });

@Injectable()
export class AlertPages {
  constructor(private readonly manager: EntityManager) {}

  /** The latest first. @throws Problem 400 for a cursor that is none */
  async page(userId: string, limit: number, cursor: string | undefined): Promise<Page<Alert>> {
    const before = cursor === undefined ? null : cursors.decode(cursor).number.toString();
    const rows = await this.manager.query<AlertRow[]>(
      `SELECT * FROM alerts WHERE user_id = $1 AND ($2::bigint IS NULL OR number < $2) ORDER BY number DESC LIMIT $3`,
      [userId, before, limit + 1],
    );
    return pageOf(rows.map(alertOf), limit, ({ number }) => cursors.encode({ number: BigInt(number) }));
  }

  /** Those that follow on a number, in order. */
  async after(userId: string, number: number, limit: number): Promise<Alert[]> {
    const rows = await this.manager.query<AlertRow[]>(
      'SELECT * FROM alerts WHERE user_id = $1 AND number > $2 ORDER BY number LIMIT $3',
      [userId, number, limit],
    );
    return rows.map(alertOf);
  }

  /** The number of a user's last alert; 0 when there is none. */
  async lastNumber(userId: string): Promise<number> {
    const [head] = await this.manager.query<{ last_number: string }[]>(
      'SELECT last_number FROM alert_heads WHERE user_id = $1',
      [userId],
    );
    return Number(head?.last_number ?? 0);
  }
}
