import { GeneratorError } from '../error/index.ts';
import { parseFields, type Field } from './field.ts';
import { verbOf } from './verb.ts';
import { wordOf, type Word } from './word.ts';

/** An event of an aggregate: `order_paid` is the aggregate `order`, the participle `paid` and the command `pay`. */
export interface EventName {
  /** order-paid, OrderPaid … */
  readonly word: Word;
  readonly participle: Word;
  readonly command: Word;
  readonly fields: readonly Field[];
}

/**
 * `order_placed(customerId:id total:amount),order_paid`: events of one aggregate, the one that begins it first.
 *
 * @param aggregate when the names do not say it: what all of them begin with
 * @throws GeneratorError
 */
export function parseEvents(
  text: string,
  aggregate?: Word,
): { readonly aggregate: Word; readonly events: EventName[] } {
  const given = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map(takeApart);
  if (given.length === 0) throw new GeneratorError('No event is named: write such as order_placed,order_paid.');
  const owner = aggregate ?? commonAggregate(given.map(({ word }) => word));
  const events = given.map(({ word, fields }) => eventOf(word, owner, fields));
  const twin = events.find(({ word }, index) => events.findIndex((each) => each.word.kebab === word.kebab) !== index);
  if (twin) throw new GeneratorError(`The event ${twin.word.snake} is named twice.`);
  return { aggregate: owner, events };
}

/** One event, whose aggregate is what stands before its last part unless it is said. @throws GeneratorError */
export function parseEvent(name: string, fields: string, aggregate?: Word): { aggregate: Word; event: EventName } {
  const { aggregate: owner, events } = parseEvents(`${name}(${fields})`, aggregate);
  return { aggregate: owner, event: events[0]! };
}

function takeApart(part: string): { word: Word; fields: Field[] } {
  const [, name = '', fields = ''] = /^([^()]+)(?:\(([^()]*)\))?$/.exec(part) ?? [];
  if (name === '')
    throw new GeneratorError(`'${part}' is no event: write such as order_placed or order_placed(customerId:id).`);
  return { word: wordOf(name, 'the name of an event'), fields: parseFields(fields) };
}

function commonAggregate(words: readonly Word[]): Word {
  const names = words.map(({ kebab }) => kebab.split('-'));
  const shortest = Math.min(...names.map((parts) => parts.length)) - 1;
  let shared = 0;
  while (shared < shortest && names.every((parts) => parts[shared] === names[0]![shared])) shared += 1;
  if (shared === 0)
    throw new GeneratorError(
      words.length === 1
        ? `'${words[0]!.snake}' does not say what it happens to: write it as THING_PARTICIPLE, such as order_placed.`
        : `The events ${words.map(({ snake }) => snake).join(', ')} are of different things: a service owns the events of one aggregate, further ones are added with the generator aggregate.`,
    );
  return wordOf(names[0]!.slice(0, shared).join('-'), 'the name of an aggregate');
}

function eventOf(word: Word, aggregate: Word, fields: readonly Field[]): EventName {
  const rest = word.kebab.startsWith(`${aggregate.kebab}-`) ? word.kebab.slice(aggregate.kebab.length + 1) : word.kebab;
  const parts = rest.split('-');
  const command = [verbOf(parts[0]!), ...parts.slice(1)].join('-');
  const taken = ['eventId', 'occurredAt', `${aggregate.camel}Id`];
  const twin = fields.find(({ name }) => taken.includes(name));
  if (twin)
    throw new GeneratorError(`Every event of ${aggregate.text} has a field ${twin.name} already: leave it out.`);
  return {
    word,
    participle: wordOf(rest, 'the name of an event'),
    command: wordOf(command, 'the name of a command'),
    fields,
  };
}
