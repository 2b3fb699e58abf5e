import { Controller } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { ReadModel } from '../read-model/read-model.ts';
import { changeComments } from './comment-table.ts';

@Controller()
export class CommentSubscriber {
  constructor(private readonly readModel: ReadModel) {}

  @SubscribeBatch(topics.comments, { group: 'social-feed.comments' })
  async onComments(messages: readonly TopicMessage<typeof topics.comments>[]): Promise<void> {
    await this.readModel.apply(topics.comments, messages, changeComments);
  }
}
