import { Controller } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { ReadModel } from '../read-model/read-model.ts';
import { changeFollows } from './follow-table.ts';

@Controller()
export class FollowSubscriber {
  constructor(private readonly readModel: ReadModel) {}

  @SubscribeBatch(topics.follows, { group: 'social-feed.follows' })
  async onFollows(messages: readonly TopicMessage<typeof topics.follows>[]): Promise<void> {
    await this.readModel.apply(topics.follows, messages, changeFollows);
  }
}
