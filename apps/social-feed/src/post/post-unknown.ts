import { Problem } from '@headwater/service-kit';

export const postUnknown = (postId: string): Problem =>
  Problem.notFound('post-unknown', `There is no post ${postId}, or it was deleted`);
