/** Windows of event time, and keys that carry one. */
export { sessionCodec, windowedCodec, type Windowed } from './windowed.ts';
export {
  hopping,
  sessions,
  startsOf,
  tumbling,
  type HoppingOptions,
  type SessionOptions,
  type SessionWindows,
  type TimeWindows,
  type TumblingOptions,
} from './windows.ts';
