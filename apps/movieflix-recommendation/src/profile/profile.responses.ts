import { ApiProperty } from '@nestjs/swagger';

export class WatchedShowResponse {
  @ApiProperty({ type: String })
  readonly showId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'null when the catalogue does not have the show' })
  readonly title!: string | null;

  @ApiProperty({ type: Number, minimum: 0, maximum: 1, description: 'how far, to a hundredth of the show' })
  readonly share!: number;

  @ApiProperty({ type: Boolean })
  readonly finished!: boolean;

  @ApiProperty({ type: String, format: 'date-time', description: 'to the second' })
  readonly watchedAt!: string;
}

export class GenreResponse {
  @ApiProperty({ type: String })
  readonly genre!: string;

  @ApiProperty({ type: Number, minimum: 0, maximum: 1, description: 'of what the user watched' })
  readonly share!: number;
}

export class ProfileResponse {
  @ApiProperty({ type: String })
  readonly userId!: string;

  @ApiProperty({ type: 'integer', minimum: 0 })
  readonly begun!: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  readonly finished!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly lastWatchedAt!: string | null;

  @ApiProperty({ type: [GenreResponse], description: 'greatest share first' })
  readonly genres!: readonly GenreResponse[];

  @ApiProperty({ type: [WatchedShowResponse], description: 'newest first, at most 1,000' })
  readonly watches!: readonly WatchedShowResponse[];
}
