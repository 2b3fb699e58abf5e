/**
 * Names: one word in the forms in which files, types, topics and people write it, the verb of an event's participle, and what
 * the options of generators say of events and their fields.
 */
export { parseEvent, parseEvents, type EventName } from './event-name.ts';
export { fieldKinds, kindOf, parseFields, type Field, type FieldKind } from './field.ts';
export { pluralOf } from './plural.ts';
export { verbOf } from './verb.ts';
export { wordOf, type Word } from './word.ts';
