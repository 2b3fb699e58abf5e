/**
 * What operators do with dead letters: look at them, give them to their group again, or put them away for good.
 *
 * A dead letter lies in its group's own topic (`<topic>.dead-letter.<group>`), and a log forgets nothing: what became of a letter is
 * noted in `dead_letter_audit`, a compacted topic with one record for each letter that was redriven or discarded. A redrive writes the
 * record to the group's redrive topic (`<group>.redrive`), which that group alone reads; the topic that the record came from, and
 * with it every other group, sees nothing of it.
 *
 * The note follows the redrive: a command that ends between the two leaves a letter open that was redriven, and it may be redriven
 * once more, under the same message id, so that an inbox leaves it out.
 */
export {
  DeadLetterDesk,
  standardMaxRedrives,
  type DeadLetterDeskOptions,
  type LetterEdit,
  type NotedDeadLetter,
  type RedriveOptions,
  type RedriveReport,
} from './dead-letter-desk.ts';
export { deadLetterView, type DeadLetterView } from './dead-letter-view.ts';
export { type EventView } from './event-view.ts';
export { deadLetterMatches, type DeadLetterFilter } from './dead-letter-filter.ts';
export { type DeadLetterRecord, type DeadLetterState } from './dead-letter-record.ts';
export { auditTopic, type DeadLetterNote } from './dead-letter-audit.ts';
export { fromJsonValue, toJsonValue } from './json-value.ts';
export { ParkedDesk, type ParkedMessageView } from './parked-desk.ts';
export { RedriveModule, type RedriveModuleOptions } from './redrive.module.ts';
