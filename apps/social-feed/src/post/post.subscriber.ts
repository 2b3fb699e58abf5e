import { Controller } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { ReadModel } from '../read-model/read-model.ts';
import { changePosts } from './post-table.ts';

@Controller()
export class PostSubscriber {
  constructor(private readonly readModel: ReadModel) {}

  @SubscribeBatch(topics.posts, { group: 'social-feed.posts' })
  async onPosts(messages: readonly TopicMessage<typeof topics.posts>[]): Promise<void> {
    await this.readModel.apply(topics.posts, messages, changePosts);
  }
}
