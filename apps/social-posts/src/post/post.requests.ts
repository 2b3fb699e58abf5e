import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUrl } from 'class-validator';
import { Id, OccurredAt, Text } from '@headwater/service-kit';
import { postKinds, type PostKind } from './post.events.ts';

export class PublishPostRequest {
  @Id({ required: false, description: 'a new identifier by default' })
  postId?: string;

  @Id({ description: 'the author' })
  userId!: string;

  @Text(100, { required: false, description: "the author's display name" })
  authorName?: string;

  @Text(300, { required: false, description: 'a heading' })
  title?: string;

  @Text(50_000, { description: 'what the post says' })
  text!: string;

  @ApiProperty({ enum: postKinds, default: 'plain', required: false })
  @IsOptional()
  @IsIn(postKinds)
  kind?: PostKind;

  @Id({ required: false, description: 'the question that an answer belongs to' })
  parentPostId?: string;

  @ApiProperty({ required: false, format: 'uri', description: 'where an imported post comes from' })
  @IsOptional()
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true })
  sourceUrl?: string;

  @OccurredAt()
  occurredAt?: string;
}

/** What is to be said from now on; what is left out stays as it is. */
export class EditPostRequest {
  @Text(300, { required: false, description: 'a heading' })
  title?: string;

  @Text(50_000, { required: false, description: 'what the post says' })
  text?: string;

  @OccurredAt()
  occurredAt?: string;
}

export class PostParams {
  @Id({ description: 'the post' })
  postId!: string;
}

export class OccurredAtQuery {
  @OccurredAt()
  occurredAt?: string;
}

/** A post as the command side knows it. */
export class PostResponse {
  @ApiProperty()
  readonly postId!: string;

  @ApiProperty()
  readonly userId!: string;

  @ApiProperty({ description: 'grows with each change; the ETag' })
  readonly version!: number;
}
