import { type DestinationStream } from 'pino';
import { default as pretty } from 'pino-pretty';

/** A stream that turns pino's lines into ones that a person reads: time, level, context and message. */
export function pinoPretty(destination?: DestinationStream): DestinationStream {
  return pretty({
    colorize: destination === undefined && process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,service,context',
    messageFormat: '{if context}[{context}] {end}{msg}',
    sync: true,
    ...(destination ? { destination } : {}),
  });
}
