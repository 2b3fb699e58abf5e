import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServiceOperations } from './operations-state.ts';
import { OperationsReader } from './operations.reader.ts';

@ApiTags('operations')
@Controller('api/operations')
export class OperationsController {
  constructor(private readonly reader: OperationsReader) {}

  @Get()
  @ApiOperation({
    summary: 'Outboxes, projections and parked keys of all services',
    description: 'Commands go to the service itself, below /api/services/NAME/event-sourcing and …/messaging.',
  })
  @ApiOkResponse({ description: 'by service' })
  read(): Promise<ServiceOperations[]> {
    return this.reader.read();
  }
}
