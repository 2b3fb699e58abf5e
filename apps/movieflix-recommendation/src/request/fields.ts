/** The kinds of field that requests of this service have, each with its checks and its line in the OpenAPI document. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Length, Matches } from 'class-validator';

const idPattern = /^[A-Za-z0-9._~:-]+$/;

/** An identifier that somebody else gave out: 1 to 100 characters that need no escaping in a path, and no `|`. */
export function Id(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, type: String, minLength: 1, maxLength: 100, pattern: idPattern.source }),
    Length(1, 100),
    Matches(idPattern, { message: '$property may hold letters, digits and . _ ~ : - only' }),
  );
}

export class UserParams {
  @Id('the user')
  userId!: string;
}
