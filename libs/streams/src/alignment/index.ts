/** Event time that goes by the slowest: how far it has come, told from task to task through the topics between them. */
export { EventTimeReceiver, EventTimeSender, markCodec, type EventTimeMark } from './event-time-marks.ts';
