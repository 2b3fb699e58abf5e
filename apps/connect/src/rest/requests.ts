/** What requests say. */
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsObject, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { type TargetState } from '../storage/index.ts';
import { type ConnectorConfig } from '../worker/index.ts';
import { badRequest } from './connect-problem.ts';

const INITIAL_STATES = ['RUNNING', 'PAUSED', 'STOPPED'] as const;
const configSchema = {
  type: 'object',
  additionalProperties: { type: 'string' },
  example: { 'connector.class': 'postgres-source', 'tasks.max': '1', 'database.url': '${MYBANK_LEDGER_DATABASE_URL}' },
} as const;

export class CreateConnectorRequest {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @ApiProperty({ example: 'mybank-ledger' })
  name!: string;

  @IsObject()
  @ApiProperty(configSchema)
  config!: Record<string, unknown>;

  @IsOptional()
  @IsIn(INITIAL_STATES)
  @ApiProperty({ required: false, enum: INITIAL_STATES, default: 'RUNNING' })
  initial_state?: (typeof INITIAL_STATES)[number];
}

export function targetOf(state: CreateConnectorRequest['initial_state']): TargetState {
  return state === undefined || state === 'RUNNING' ? 'STARTED' : state;
}

/** A configuration as texts; what is null is left out. @throws Problem when a value is no text, number or boolean, or the name another */
export function configOf(name: string, given: unknown): ConnectorConfig {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw badRequest('connector-config-invalid', 'The configuration must be an object of names and texts');
  const config: Record<string, string> = {};
  for (const [field, value] of Object.entries(given as Record<string, unknown>)) {
    if (value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw badRequest('connector-config-invalid', `${field} must be a text, a number, true or false`);
    config[field] = String(value);
  }
  const named = config['name'] ?? name;
  if (named !== name)
    throw badRequest('connector-config-invalid', `name says ${named}, and the request is about connector ${name}`);
  return { ...config, name };
}

export const connectorConfigSchema = configSchema;
