import { Controller } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { ReadModel } from '../read-model/read-model.ts';
import { changeLikes } from './like-table.ts';

const group = 'social-feed.likes';

@Controller()
export class LikeSubscriber {
  constructor(private readonly readModel: ReadModel) {}

  @SubscribeBatch(topics.likes, { group, batchSize: 1_000 })
  async onLikes(messages: readonly TopicMessage<typeof topics.likes>[]): Promise<void> {
    await this.readModel.apply(group, messages, (manager, fresh) =>
      changeLikes(
        manager,
        fresh.map(({ value }) => value),
      ),
    );
  }
}
