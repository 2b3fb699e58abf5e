import { ApiProperty } from '@nestjs/swagger';
import { Moment, Text } from '@headwater/service-kit';
import { IsNumber, Max, Min } from 'class-validator';

export class SetSignalRequest {
  @ApiProperty({
    type: Number,
    minimum: 0.1,
    maximum: 10,
    example: 1.5,
    description: 'what the price is multiplied by, before the cap; 1 takes a signal back',
  })
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0.1)
  @Max(10)
  factor!: number;

  @Text(200, { description: 'for people', example: 'a concert ends' })
  reason!: string;

  @Moment({ required: false, description: 'windows that begin from here on do not know it any more; none by default' })
  validUntil?: string;
}
