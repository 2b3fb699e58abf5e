/** Lines of the rooms that work without Nest go where the application's go. */
import { Logger } from '@nestjs/common';
import { logWith } from '../logging/index.ts';

logWith((name) => new Logger(name));
