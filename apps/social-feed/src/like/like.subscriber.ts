import { Controller } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { ReadModel } from '../read-model/read-model.ts';
import { changeLikes } from './like-table.ts';

@Controller()
export class LikeSubscriber {
  constructor(private readonly readModel: ReadModel) {}

  /**
   * However many likes of a post wait, they are one change of its totals. The lanes of a partition go on beside each other, so that a
   * post that everybody likes holds up the likes of few others.
   */
  @SubscribeBatch(topics.likes, { group: 'social-feed.likes', batchSize: 1_000, lanes: 4 })
  async onLikes(messages: readonly TopicMessage<typeof topics.likes>[]): Promise<void> {
    await this.readModel.apply(topics.likes, messages, changeLikes);
  }
}
