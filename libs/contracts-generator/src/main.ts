#!/usr/bin/env node
/** The program `headwater-contracts`, for the workspace that it is started in; contracts-command.ts says what it does. */
import { runContracts } from './index.ts';

process.exitCode = await runContracts(process.cwd(), process.argv.slice(2), console);
