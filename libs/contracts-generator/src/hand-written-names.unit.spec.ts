import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contractNames, findHandWrittenNames, findNamesInSource } from './index.ts';

const names = { topics: ['orders', 'order_totals'], events: ['test.OrderPlaced'] };
const found = (source: string): string[] => findNamesInSource('a.ts', source, names).map(({ name }) => name);

describe('the search for hand-written names', () => {
  it('finds an event name and a topic name of several words wherever they are quoted', () => {
    expect(found(`const type = 'test.OrderPlaced';\nsend("order_totals");`)).toEqual([
      'test.OrderPlaced',
      'order_totals',
    ]);
  });

  it('finds a topic name of one word where a topic stands', () => {
    expect(found(`producer.send({ topic: 'orders' })`)).toEqual(['orders']);
    expect(found(`subscribe({ topics: ["orders"] })`)).toEqual(['orders']);
    expect(found('if (message.topic === `orders`)')).toEqual(['orders']);
    expect(found(`@EventPattern('orders')`)).toEqual(['orders']);
  });

  it('leaves the same word alone as a path, a table or prose', () => {
    expect(found(`lesson.createTopic('orders')`)).toEqual([]);
    expect(found(`@Controller('orders')\n@Entity('orders')\n// the topic 'orders'\n * of topic: 'orders'`)).toEqual([]);
  });

  it('finds none in this workspace', () => {
    const root = path.resolve(import.meta.dirname, '../../..');
    expect(findHandWrittenNames(root, contractNames(root))).toEqual([]);
  });
});
