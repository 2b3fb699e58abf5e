import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { VERSION } from '../version.ts';
import { Worker } from '../worker/index.ts';

@ApiTags('worker')
@Controller()
export class RootController {
  constructor(private readonly worker: Worker) {}

  @Get()
  @ApiOperation({ summary: 'The worker’s version and the Kafka cluster that it works with' })
  async about(): Promise<object> {
    return { version: VERSION, commit: 'unknown', kafka_cluster_id: await this.worker.clusterId() };
  }
}
