import { Logger } from '@nestjs/common';
import kafkajs, { type logCreator } from 'kafkajs';

const { logLevel } = kafkajs;

/**
 * kafkajs's words in our log. It calls ordinary events errors (each attempt while a broker restarts) and every pause
 * information, while our own rooms say what matters; so its errors are warnings and the rest is for debugging.
 */
export const kafkajsLogger: logCreator = () => {
  const logger = new Logger('kafkajs');
  return ({ namespace, level, log }) => {
    const { message, error, groupId, broker } = log as {
      message: string;
      error?: unknown;
      groupId?: string;
      broker?: string;
    };
    const about = [groupId && `group ${groupId}`, broker && `broker ${broker}`].filter(Boolean).join(', ');
    const cause = typeof error === 'string' && error !== message ? `: ${error}` : '';
    const text = `${namespace}: ${message}${cause}${about ? ` (${about})` : ''}`;
    if (level === logLevel.ERROR) logger.warn(text);
    else logger.debug(text);
  };
};
