import { Body, Controller, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GroupDesk } from './group-desk.ts';
import { GroupParams, ResetOffsetsRequest } from './group-requests.ts';
import type { OffsetReset } from './offset-reset.ts';

@ApiTags('groups')
@Controller('api/groups')
export class GroupController {
  constructor(private readonly desk: GroupDesk) {}

  @Post(':group/offsets')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Have a group go on elsewhere',
    description: 'With `dryRun` only what would be done. 409 while the group has members.',
  })
  @ApiOkResponse({ description: 'what was done, or would be, by partition' })
  reset(@Param() { group }: GroupParams, @Body() request: ResetOffsetsRequest): Promise<OffsetReset> {
    return this.desk.reset(group, request);
  }

  @Delete(':group')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget a group without members, with its offsets' })
  @ApiNoContentResponse()
  delete(@Param() { group }: GroupParams): Promise<void> {
    return this.desk.delete(group);
  }
}
