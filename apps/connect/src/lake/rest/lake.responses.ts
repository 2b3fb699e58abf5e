import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';
import { chartKinds, type ChartKind } from '../query/saved-queries.ts';

export class SqlQuery {
  @ApiProperty({ description: "one SELECT in DuckDB's SQL; each topic of the lake is a table", maxLength: 20_000 })
  @IsString()
  @MinLength(1)
  @MaxLength(20_000)
  sql!: string;
}

export class SavedQueryParams {
  @ApiProperty({ type: String })
  @Matches(/^[a-z0-9-]{1,100}$/)
  name!: string;
}

export class AgreementQuery {
  @ApiProperty({
    type: 'integer',
    required: false,
    default: 30_000,
    minimum: 0,
    maximum: 86_400_000,
    description: 'milliseconds that a key must have been at rest for its difference to count',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(86_400_000)
  settleMs?: number;
}

export class QueryColumnResponse {
  @ApiProperty({ type: String })
  readonly name!: string;

  @ApiProperty({ type: String, description: "DuckDB's type, for example DECIMAL(18,2)" })
  readonly type!: string;
}

export class QueryAnswerResponse {
  @ApiProperty({ type: [QueryColumnResponse] })
  readonly columns!: readonly QueryColumnResponse[];

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: {} },
    description: 'rows of values in the order of the columns; numbers beyond 2^53 and decimals are text, bytes base64',
  })
  readonly rows!: readonly (readonly unknown[])[];

  @ApiProperty({ type: Boolean, description: 'there were more rows than a query may answer' })
  readonly truncated!: boolean;

  @ApiProperty({ type: 'integer', description: 'milliseconds' })
  readonly tookMs!: number;
}

export class LakeTableResponse {
  @ApiProperty({ type: String })
  readonly topic!: string;

  @ApiProperty({ type: 'integer' })
  readonly files!: number;

  @ApiProperty({ type: 'integer' })
  readonly bytes!: number;

  @ApiProperty({ type: String, format: 'date' })
  readonly firstDate!: string;

  @ApiProperty({ type: String, format: 'date' })
  readonly lastDate!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'by partition, the offset after the last that is in the lake',
  })
  readonly nextOffsets!: Readonly<Record<number, number>>;
}

export class LakeResponse {
  @ApiProperty({ type: String, description: 'where the lake lies' })
  readonly location!: string;

  @ApiProperty({ type: [LakeTableResponse] })
  readonly tables!: readonly LakeTableResponse[];
}

export class ChartResponse {
  @ApiProperty({ enum: chartKinds })
  readonly kind!: ChartKind;

  @ApiProperty({ type: String, description: 'a column of the answer' })
  readonly x!: string;

  @ApiProperty({ type: [String], description: 'columns of the answer' })
  readonly y!: readonly string[];
}

export class SavedQueryResponse {
  @ApiProperty({ type: String })
  readonly name!: string;

  @ApiProperty({ type: String })
  readonly title!: string;

  @ApiProperty({ type: String })
  readonly description!: string;

  @ApiProperty({ type: String })
  readonly sql!: string;

  @ApiProperty({ type: ChartResponse, nullable: true, description: 'how the answer is drawn' })
  readonly chart!: ChartResponse | null;
}

export class SavedQueriesResponse {
  @ApiProperty({ type: [SavedQueryResponse] })
  readonly queries!: readonly SavedQueryResponse[];
}

export class SavedQueryResultResponse extends SavedQueryResponse {
  @ApiProperty({ type: QueryAnswerResponse, nullable: true })
  readonly answer!: QueryAnswerResponse | null;

  @ApiProperty({ type: String, nullable: true, description: 'why there is no answer yet' })
  readonly skipped!: string | null;
}

class DifferenceResponse {
  @ApiProperty({ type: String })
  readonly key!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly live!: unknown;

  @ApiProperty({ type: String, nullable: true })
  readonly batch!: unknown;
}

export class ComparisonResponse {
  @ApiProperty({ type: String })
  readonly name!: string;

  @ApiProperty({ type: String })
  readonly title!: string;

  @ApiProperty({ type: 'integer', description: 'keys that were compared' })
  readonly keys!: number;

  @ApiProperty({ type: 'integer' })
  readonly agreed!: number;

  @ApiProperty({ type: 'integer', description: 'keys that differ and moved lately' })
  readonly moving!: number;

  @ApiProperty({ type: 'integer', description: 'keys that differ though they are at rest' })
  readonly differing!: number;

  @ApiProperty({ type: [DifferenceResponse], description: 'some of those that differ' })
  readonly differences!: readonly DifferenceResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'why it could not be compared' })
  readonly skipped!: string | null;
}

export class AgreementResponse {
  @ApiProperty({ type: Boolean, description: 'no key that is at rest differs' })
  readonly agreed!: boolean;

  @ApiProperty({ type: [ComparisonResponse] })
  readonly comparisons!: readonly ComparisonResponse[];
}
