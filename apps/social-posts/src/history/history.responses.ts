import { ApiProperty } from '@nestjs/swagger';

/** What happened to a post or a comment at once, and what it said from then on. */
export class HistoryEntry {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'the version that came of it' })
  readonly version!: number;

  @ApiProperty({ type: String, description: 'the event: PostPublished, PostEdited, PostDeleted, CommentAdded, …' })
  readonly event!: string;

  @ApiProperty({ type: String, nullable: true, description: 'null for a comment, and for what was deleted' })
  readonly title!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'null for what was deleted' })
  readonly text!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly occurredAt!: string;
}

export class HistoryResponse {
  @ApiProperty({ type: [HistoryEntry], description: 'the first version first' })
  readonly items!: readonly HistoryEntry[];
}
