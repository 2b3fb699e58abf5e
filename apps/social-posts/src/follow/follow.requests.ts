import { Id } from '@headwater/service-kit';

export class FollowParams {
  @Id({ description: 'who follows' })
  userId!: string;

  @Id({ description: 'who is followed' })
  followedId!: string;
}
