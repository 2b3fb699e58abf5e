import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { LakeConfig } from '../lake-config.ts';
import {
  agreementOf,
  LakeQueries,
  resultOf,
  type Agreement,
  type QueryAnswer,
  type SavedQuery,
} from '../query/index.ts';
import {
  AgreementQuery,
  AgreementResponse,
  LakeResponse,
  QueryAnswerResponse,
  SavedQueriesResponse,
  SavedQueryParams,
  SavedQueryResponse,
  SavedQueryResultResponse,
  SqlQuery,
} from './lake.responses.ts';
import { queryProblem, tooManyQueries } from './query-problem.ts';

/** Token of the saved queries. */
export const SAVED_QUERIES = Symbol('SAVED_QUERIES');

const standardSettleMs = 30_000;

const viewOf = ({ name, title, description, sql, chart }: SavedQuery) => ({
  name,
  title,
  description,
  sql,
  chart,
});

@ApiTags('lake')
@Controller()
export class LakeController {
  constructor(
    private readonly queries: LakeQueries,
    @Inject(SAVED_QUERIES) private readonly saved: readonly SavedQuery[],
    private readonly config: LakeConfig,
  ) {}

  @Get('lake')
  @ApiOperation({ summary: 'What is in the lake: its tables, and how far they reach' })
  @ApiOkResponse({ type: LakeResponse })
  async lake(): Promise<LakeResponse> {
    return { location: this.queries.location, tables: await this.queries.tables() };
  }

  @Get('query')
  @ApiOperation({
    summary: 'Run SQL over the lake',
    description: 'One SELECT, read-only, within limits of time, memory and rows. Each topic of the lake is a table.',
  })
  @ApiOkResponse({ type: QueryAnswerResponse })
  query(@Query() { sql }: SqlQuery): Promise<QueryAnswer> {
    return this.run(sql, () => this.queries.query(sql));
  }

  @Get('queries')
  @ApiOperation({ summary: 'Saved queries' })
  @ApiOkResponse({ type: SavedQueriesResponse })
  list(): SavedQueriesResponse {
    return { queries: this.saved.filter(({ agreement }) => !agreement).map(viewOf) };
  }

  @Get('queries/:name')
  @ApiOperation({ summary: 'A saved query' })
  @ApiOkResponse({ type: SavedQueryResponse })
  get(@Param() { name }: SavedQueryParams): SavedQueryResponse {
    return viewOf(this.find(name));
  }

  @Get('queries/:name/result')
  @ApiOperation({ summary: 'Run a saved query', description: 'With the hint how it is drawn.' })
  @ApiOkResponse({ type: SavedQueryResultResponse })
  async result(@Param() { name }: SavedQueryParams): Promise<SavedQueryResultResponse> {
    const saved = this.find(name);
    return { ...viewOf(saved), ...(await this.run(saved.sql, () => resultOf(this.queries, saved))) };
  }

  @Get('agreement')
  @ApiOperation({
    summary: 'Whether speed layer and batch layer agree',
    description: 'Compares what the services publish with the same computed from the history in the lake.',
  })
  @ApiOkResponse({ type: AgreementResponse })
  async agreement(@Query() { settleMs = standardSettleMs }: AgreementQuery): Promise<AgreementResponse> {
    const settled = new Date(Date.now() - settleMs);
    const comparisons: Agreement[] = [];
    for (const saved of this.saved.filter(({ agreement }) => agreement))
      comparisons.push(await this.run(saved.sql, () => agreementOf(this.queries, saved, settled)));
    return { agreed: comparisons.every(({ differing }) => differing === 0), comparisons };
  }

  private find(name: string): SavedQuery {
    const saved = this.saved.find((query) => query.name === name);
    if (!saved) throw Problem.notFound('query-unknown', `There is no saved query ${name}; GET /queries names them`);
    return saved;
  }

  private async run<Result>(sql: string, work: () => Promise<Result>): Promise<Result> {
    if (!this.queries.hasRoom) throw tooManyQueries(this.config.queryConcurrency);
    try {
      return await work();
    } catch (error) {
      throw queryProblem(error, sql, { timeMs: this.config.queryTimeLimitMs });
    }
  }
}
