import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Id, PageQuery } from '@headwater/service-kit';

export class ThreadQuery extends PageQuery {
  @ApiPropertyOptional({
    description: 'the comment whose replies are asked for; without it, comments on the post itself',
  })
  @Id({ required: false })
  parentCommentId?: string;
}

export class CommentItemResponse {
  @ApiProperty({ type: String })
  readonly commentId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'null for a comment on the post itself' })
  readonly parentCommentId!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'how many comments it is below' })
  readonly depth!: number;

  @ApiProperty({ type: String, nullable: true, description: 'null for one that was deleted' })
  readonly userId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'the commenter by name, when known' })
  readonly authorName!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'null for one that was deleted' })
  readonly text!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly addedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly editedAt!: string | null;

  @ApiProperty({
    type: Boolean,
    description: 'one that was deleted keeps its place as long as there are replies below it',
  })
  readonly deleted!: boolean;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'replies to it that were ever added' })
  readonly replies!: number;
}

export class ThreadResponse {
  @ApiProperty({ type: [CommentItemResponse], description: 'oldest first' })
  readonly items!: readonly CommentItemResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}
