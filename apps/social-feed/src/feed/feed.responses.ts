import { ApiProperty } from '@nestjs/swagger';

export class FeedPostResponse {
  @ApiProperty({ type: String })
  readonly postId!: string;

  @ApiProperty({ type: String })
  readonly userId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'the author by name, when known' })
  readonly authorName!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly title!: string | null;

  @ApiProperty({ type: String })
  readonly text!: string;

  @ApiProperty({ type: String, description: 'plain, question or answer' })
  readonly kind!: string;

  @ApiProperty({ type: String, nullable: true, description: 'the question that an answer belongs to' })
  readonly parentPostId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'where an imported post comes from' })
  readonly sourceUrl!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly publishedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null while it is as it was published',
  })
  readonly editedAt!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0 })
  readonly likes!: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  readonly comments!: number;
}

export class FeedResponse {
  @ApiProperty({ type: [FeedPostResponse], description: 'newest first' })
  readonly items!: readonly FeedPostResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}
