import { Controller, Get, Inject, Optional, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';

/** The service's database, for injection. */
export const REDRIVE_DATA_SOURCE = Symbol('headwater.redrive.data-source');

interface InboxRow {
  readonly subscription: string;
  readonly received_at: Date;
}

/** The inbox's table is not there: the service has no inbox. */
const undefinedTable = '42P01';

/** `/messaging/inbox/:messageId`: which subscriptions have processed a message, and when. */
@ApiExcludeController()
@Controller('messaging/inbox')
export class InboxController {
  constructor(@Optional() @Inject(REDRIVE_DATA_SOURCE) private readonly dataSource: DataSource | undefined) {}

  @Get(':messageId')
  async processed(@Param('messageId') messageId: string): Promise<{ group: string; at: Date }[]> {
    if (!this.dataSource) return [];
    try {
      const rows = await this.dataSource.query<InboxRow[]>(
        'SELECT subscription, received_at FROM inbox WHERE message_id = $1 ORDER BY received_at',
        [messageId],
      );
      return rows.map((row) => ({ group: row.subscription, at: row.received_at }));
    } catch (error) {
      const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
      if ((driverError?.code ?? code) === undefinedTable) return [];
      throw error;
    }
  }
}
