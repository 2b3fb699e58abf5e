/** All lessons, in the order in which they are best read. */
import type { Lesson } from './lesson.ts';
import { idempotentProducerLesson } from './idempotent-producer.lesson.ts';
import { inboxLesson } from './inbox.lesson.ts';
import { orderedParkingLesson } from './ordered-parking.lesson.ts';

export const lessons: readonly Lesson[] = [idempotentProducerLesson, inboxLesson, orderedParkingLesson];
