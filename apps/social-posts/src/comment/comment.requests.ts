import { ApiProperty } from '@nestjs/swagger';
import { Id, OccurredAt, Text } from '@headwater/service-kit';
import { PostParams } from '../post/post.requests.ts';

export class AddCommentRequest {
  @Id({ required: false, description: 'a new identifier by default' })
  commentId?: string;

  @Id({ required: false, description: 'the comment that this one replies to; none for one on the post itself' })
  parentCommentId?: string;

  @Id({ description: 'who comments' })
  userId!: string;

  @Text(100, { required: false, description: "the commenter's display name" })
  authorName?: string;

  @Text(10_000, { description: 'what the comment says' })
  text!: string;

  @OccurredAt()
  occurredAt?: string;
}

export class EditCommentRequest {
  @Text(10_000, { description: 'what the comment is to say' })
  text!: string;

  @OccurredAt()
  occurredAt?: string;
}

export class CommentParams extends PostParams {
  @Id({ description: 'the comment' })
  commentId!: string;
}

export class CommentResponse {
  @ApiProperty()
  readonly commentId!: string;

  @ApiProperty()
  readonly postId!: string;
}
