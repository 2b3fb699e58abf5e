import { Controller } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { ReadModel } from '../read-model/read-model.ts';
import { insertComments } from './comment-table.ts';

const group = 'social-feed.comments';

@Controller()
export class CommentSubscriber {
  constructor(private readonly readModel: ReadModel) {}

  @SubscribeBatch(topics.comments, { group })
  async onComments(messages: readonly TopicMessage<typeof topics.comments>[]): Promise<void> {
    await this.readModel.apply(group, messages, (manager, fresh) =>
      insertComments(
        manager,
        fresh.map(({ value }) => value),
      ),
    );
  }
}
