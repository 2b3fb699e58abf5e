import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { LakeConfig } from './lake-config.ts';
import { LakeQueries, readSavedQueries } from './query/index.ts';
import { LakeController, SAVED_QUERIES } from './rest/lake.controller.ts';
import { openLakeStore } from './store/index.ts';

@Module({
  controllers: [LakeController],
  providers: [
    {
      provide: LakeQueries,
      inject: [LakeConfig],
      useFactory: (config: LakeConfig) =>
        new LakeQueries(
          openLakeStore({
            url: config.lakeUrl,
            s3Region: config.lakeS3Region,
            s3Endpoint: config.lakeS3Endpoint,
            s3AccessKeyId: config.lakeS3AccessKeyId,
            s3SecretAccessKey: config.lakeS3SecretAccessKey,
            cacheMaxBytes: config.lakeCacheBytes,
          }),
          {
            concurrency: config.queryConcurrency,
            maxReadBytes: config.lakeUrl.startsWith('s3://') ? config.lakeCacheBytes : Infinity,
            limits: {
              timeMs: config.queryTimeLimitMs,
              memoryBytes: config.queryMemoryBytes,
              rows: config.queryMaxRows,
              answerBytes: config.queryMaxBytes,
            },
          },
        ),
    },
    {
      provide: SAVED_QUERIES,
      inject: [LakeConfig],
      useFactory: ({ queriesFolder }: LakeConfig) => readSavedQueries(queriesFolder),
    },
  ],
})
export class LakeModule implements OnApplicationShutdown {
  constructor(private readonly queries: LakeQueries) {}

  async onApplicationShutdown(): Promise<void> {
    await this.queries.close();
  }
}
