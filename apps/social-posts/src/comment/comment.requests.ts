import { ApiProperty } from '@nestjs/swagger';
import { Id, OccurredAt, Text } from '@headwater/service-kit';

export class AddCommentRequest {
  @Id({ required: false, description: 'a new identifier by default' })
  commentId?: string;

  @Id({ description: 'who comments' })
  userId!: string;

  @Text(100, { required: false, description: "the commenter's display name" })
  authorName?: string;

  @Text(10_000, { description: 'what the comment says' })
  text!: string;

  @OccurredAt()
  occurredAt?: string;
}

export class CommentResponse {
  @ApiProperty()
  readonly commentId!: string;

  @ApiProperty()
  readonly postId!: string;
}
