import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsISO8601, IsNumber, Length, Matches, Max, Min, ValidateBy, type ValidationArguments } from 'class-validator';

const idPattern = /^[A-Za-z0-9._~:-]+$/;
const longestShowSeconds = 360_000;
/** Clocks of devices differ; but a report from the future would hold against all that follow. */
const allowedClockSkewMs = 300_000;

/** An identifier that somebody else gave out: 1 to 100 characters that need no escaping in a path. */
function Id(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, type: String, minLength: 1, maxLength: 100, pattern: idPattern.source }),
    Length(1, 100),
    Matches(idPattern, { message: '$property may hold letters, digits and . _ ~ : - only' }),
  );
}

function Seconds(least: number, description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, type: Number, minimum: least, maximum: longestShowSeconds }),
    IsNumber({ allowNaN: false, allowInfinity: false }),
    Min(least),
    Max(longestShowSeconds),
  );
}

/** Not above another field, where that is a number. */
function AtMost(other: string): PropertyDecorator {
  return ValidateBy({
    name: 'atMost',
    constraints: [other],
    validator: {
      validate(value: unknown, given?: ValidationArguments) {
        const most = (given!.object as Record<string, unknown>)[other];
        return typeof most !== 'number' || typeof value !== 'number' || value <= most;
      },
      defaultMessage: () => `$property must not be above ${other}`,
    },
  });
}

function NotInTheFuture(): PropertyDecorator {
  return ValidateBy({
    name: 'notInTheFuture',
    validator: {
      validate: (value: unknown) => !(Date.parse(String(value)) > Date.now() + allowedClockSkewMs),
      defaultMessage: () => '$property must not lie in the future: set the clock of the device',
    },
  });
}

/** What a device says. */
export class PositionRequest {
  @Seconds(0, 'where the user is, from the beginning of the show')
  @AtMost('durationSeconds')
  positionSeconds!: number;

  @Seconds(1, 'how long the show is')
  durationSeconds!: number;

  @Id('which of the user’s devices')
  deviceId!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description:
      'when the user was there, by the clock of the device: ISO 8601 with a zone, at most five minutes ahead',
  })
  @IsISO8601({ strict: true })
  @Matches(/(Z|[+-]\d{2}:?\d{2})$/, { message: 'occurredAt must name its zone, for example 2026-11-21T12:00:00Z' })
  @NotInTheFuture()
  occurredAt!: string;
}

export class UserParams {
  @Id('the user')
  userId!: string;
}

export class PositionParams extends UserParams {
  @Id('the show')
  showId!: string;
}

/** One of a batch. */
export class PositionBatchItem extends PositionRequest {
  @Id('the user')
  userId!: string;

  @Id('the show')
  showId!: string;
}

export const largestBatch = 1_000;

export class PositionBatchRequest {
  @ApiProperty({
    type: [PositionBatchItem],
    minItems: 1,
    maxItems: largestBatch,
    description: 'reports of any users and shows, in any order; each is answered for itself',
  })
  positions!: readonly PositionBatchItem[];
}
