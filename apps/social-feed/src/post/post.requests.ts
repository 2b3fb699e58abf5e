import { Id } from '@headwater/service-kit';

export class PostParams {
  @Id({ description: 'the post' })
  postId!: string;
}
