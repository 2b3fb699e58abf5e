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
import { Id, OccurredAt } from '@headwater/service-kit';
