import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { UserParams } from '../threshold/threshold.requests.ts';
import { DeadNotificationParams, DeadNotificationsResponse } from './dead-notification.responses.ts';
import { DeadNotifications } from './dead-notifications.ts';

@ApiTags('channels')
@Controller('users/:userId/dead-notifications')
export class DeadNotificationController {
  constructor(private readonly deadNotifications: DeadNotifications) {}

  @Get()
  @ApiOperation({ summary: 'What a user could not be told' })
  @ApiOkResponse({ type: DeadNotificationsResponse })
  async list(@Param() { userId }: UserParams): Promise<DeadNotificationsResponse> {
    return { items: await this.deadNotifications.list(userId) };
  }

  @Post(':notificationId/redrive')
  @HttpCode(204)
  @ApiOperation({ summary: 'Try once more to tell it' })
  @ApiNoContentResponse({ description: 'told' })
  async redrive(@Param() { userId, notificationId }: DeadNotificationParams): Promise<void> {
    await this.deadNotifications.redrive(userId, notificationId);
  }
}
