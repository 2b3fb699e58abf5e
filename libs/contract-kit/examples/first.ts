import { defineEvent, defineTopic } from '@headwater/contract-kit';

interface OrderPlaced {
  eventId: string;
  orderId: string;
  cents: number;
}

const orderPlaced = defineEvent<'shop.OrderPlaced', OrderPlaced>({
  name: 'shop.OrderPlaced',
  schema: JSON.stringify({
    type: 'record',
    name: 'OrderPlaced',
    namespace: 'shop',
    fields: [
      { name: 'eventId', type: 'string' },
      { name: 'orderId', type: 'string' },
      { name: 'cents', type: 'int' },
    ],
  }),
});

const orders = defineTopic({
  name: 'orders',
  doc: 'What was ordered.',
  partitions: 3,
  config: { 'cleanup.policy': 'delete', 'retention.ms': '604800000' },
  compacted: false,
  keyFields: ['orderId'],
  owner: 'shop',
  subscribers: ['kitchen'],
  events: { [orderPlaced.name]: orderPlaced },
});

const order: OrderPlaced = { eventId: 'e1', orderId: 'o1', cents: 450 };
const body = orderPlaced.encode(order); // Avro's binary encoding
console.log(`${body.length} bytes, key ${orders.keyOf(order)}, subject ${orders.subjectOf(orderPlaced)}`);
console.log(orderPlaced.decode(body).cents);

try {
  orderPlaced.encode({ ...order, cents: 4.5 });
} catch (error) {
  console.log((error as Error).message);
}
