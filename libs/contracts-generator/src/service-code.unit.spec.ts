import { describe, expect, it } from '@jest/globals';
import { findUsesInSource } from './index.ts';
import { findUnknownTopicsInSource } from './topics-only-in-code.ts';

const uses = (text: string): string[] =>
  findUsesInSource('shop', 'a.ts', text).map(
    ({ line, direction, topic, group }) => `${line} ${direction} ${topic}${group ? ` as ${group}` : ''}`,
  );

describe('the topics that a service uses', () => {
  it('are found where a handler subscribes, with the group that stands in the file', () => {
    const text = `const group = 'shop.orders';
const other = 'shop.others';
class A {
  @Subscribe(topics.orders, { group })
  one() {}
  @SubscribeBatch(topics.bills, { lanes: 4, group: other })
  two() {}
  @Subscribe(topics.notes, { group: 'shop.notes' })
  three() {}
  @Subscribe(topics.tables, { group: groupOf('tables') })
  four() {}
}`;
    expect(uses(text)).toEqual([
      '4 receives orders as shop.orders',
      '6 receives bills as shop.others',
      '8 receives notes as shop.notes',
      '10 receives tables',
    ]);
  });

  it('are found in lists, and where a stream begins and ends', () => {
    expect(uses('const options = { produces: [topics.orders, ...[topics.bills]] };')).toEqual([
      '1 sends orders',
      '1 sends bills',
    ]);
    expect(uses('builder.stream(topics.orders).to(topics.totals);')).toEqual(['1 receives orders', '1 sends totals']);
    expect(uses('builder.table({ topic: topics.orders });')).toEqual(['1 receives orders']);
    expect(uses('openTable(client, contractTopic(topics.orders, codec), {});')).toEqual(['1 receives orders']);
    expect(uses('const seen = viewOf(topics.orders, { [orderPlaced.name]: [] });')).toEqual(['1 receives orders']);
    expect(uses('await producer.sendTombstone(topics.totals, key);')).toEqual(['1 sends totals']);
  });

  it('are not found where a topic is only spoken of', () => {
    expect(uses('show(topics.orders.name); const { owner } = topics.orders; type T = typeof topics.orders;')).toEqual(
      [],
    );
    expect(uses('other.topics.orders; topicsOf(topics.orders);')).toEqual([]);
  });
});

describe('topics that are only in code', () => {
  const unknown = (text: string): string[] =>
    findUnknownTopicsInSource('a.ts', text, new Set(['orders'])).map(({ line, name }) => `${line} ${name}`);

  it('are found where a topic is named or defined', () => {
    expect(
      unknown(
        `send({ topic: 'secret' });\nsubscribe({ topics: ['orders', 'others'] });\n@EventPattern('old')\nclass A {}`,
      ),
    ).toEqual(['1 secret', '2 others', '3 old']);
    expect(unknown(`const topic = defineTopic({ doc: 'x', name: 'invented' });`)).toEqual(['1 invented']);
  });

  it("leave Kafka's own topics, other words and variables alone", () => {
    expect(
      unknown(`read({ topic: '__consumer_offsets' }); label({ name: 'secret' }); send({ topic: name, topics });`),
    ).toEqual([]);
  });
});
