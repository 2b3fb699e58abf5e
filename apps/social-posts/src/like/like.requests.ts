import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { Id, OccurredAt, type ProblemDetails } from '@headwater/service-kit';

export class LikeParams {
  @Id({ description: 'the post' })
  postId!: string;

  @Id({ description: 'who likes' })
  userId!: string;
}

export class LikeRequest {
  @OccurredAt()
  occurredAt?: string;
}

/** One of a batch. */
export class LikeBatchItem extends LikeParams {
  @ApiProperty({ type: Boolean, required: false, default: true, description: 'false takes the like back' })
  @IsOptional()
  @IsBoolean()
  liked?: boolean;

  @OccurredAt()
  occurredAt?: string;
}

export const largestBatch = 1_000;

export class LikeBatchRequest {
  @ApiProperty({
    type: [LikeBatchItem],
    minItems: 1,
    maxItems: largestBatch,
    description: 'likes of any users and posts; those of one post keep their order, and each is answered for itself',
  })
  likes!: readonly LikeBatchItem[];
}

export class LikeBatchItemResponse {
  @ApiProperty({ enum: ['accepted', 'refused'] })
  readonly status!: 'accepted' | 'refused';

  @ApiProperty({ type: Object, required: false, description: 'a problem document (RFC 9457), when it was refused' })
  readonly problem?: ProblemDetails;
}

export class LikeBatchResponse {
  @ApiProperty({ type: [LikeBatchItemResponse], description: 'in the order of the likes' })
  readonly results!: readonly LikeBatchItemResponse[];
}
