/**
 * Log lines of the rooms that work without Nest: to standard error, and with Nest's logger where the library is imported as a whole.
 */
export { logOf, logWith, type Log } from './log.ts';
