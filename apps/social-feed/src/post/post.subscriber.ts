import { Controller } from '@nestjs/common';
import { postDeleted, postPublished, topics } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { ReadModel } from '../read-model/read-model.ts';
import { deletePosts, insertPosts } from './post-table.ts';

const group = 'social-feed.posts';

@Controller()
export class PostSubscriber {
  constructor(private readonly readModel: ReadModel) {}

  /** A post's own events are in order: they have one key. */
  @SubscribeBatch(topics.posts, { group })
  async onPosts(messages: readonly TopicMessage<typeof topics.posts>[]): Promise<void> {
    await this.readModel.apply(group, messages, async (manager, fresh) => {
      const published = fresh.filter((message) => message.name === postPublished.name).map(({ value }) => value);
      const deleted = fresh.filter((message) => message.name === postDeleted.name).map(({ value }) => value);
      await insertPosts(manager, published);
      await deletePosts(
        manager,
        deleted.map(({ postId }) => postId),
      );
      return [...published, ...deleted].map(({ postId }) => ({ postId, likes: 0, comments: 0 }));
    });
  }
}
