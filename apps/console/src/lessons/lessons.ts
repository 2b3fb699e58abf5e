/** All lessons, in the order in which they are best read. */
import { brokerRestartLesson } from './broker-restart.lesson.ts';
import { changeCaptureLesson } from './change-capture.lesson.ts';
import { compactionLesson } from './compaction.lesson.ts';
import { exactlyOnceLesson } from './exactly-once.lesson.ts';
import { idempotentProducerLesson } from './idempotent-producer.lesson.ts';
import { inboxLesson } from './inbox.lesson.ts';
import { rebalanceLesson } from './rebalance.lesson.ts';
import type { Lesson } from './lesson.ts';
import { orderedParkingLesson } from './ordered-parking.lesson.ts';
import { outboxLesson } from './outbox.lesson.ts';

export const lessons: readonly Lesson[] = [
  idempotentProducerLesson,
  inboxLesson,
  outboxLesson,
  changeCaptureLesson,
  orderedParkingLesson,
  exactlyOnceLesson,
  compactionLesson,
  rebalanceLesson,
  brokerRestartLesson,
];
