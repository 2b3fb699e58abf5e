import { ApiProperty } from '@nestjs/swagger';

export class TotalsResponse {
  @ApiProperty({ type: String })
  readonly postId!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'users who like the post now' })
  readonly likes!: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  readonly comments!: number;
}
