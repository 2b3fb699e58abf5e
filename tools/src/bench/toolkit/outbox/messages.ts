import type { OutboxMessage } from '@headwater/event-sourcing';

export const payloadText = 'x'.repeat(200);

/** The number's message: a hundred aggregates in turn. */
export function messageOf(topic: string, number: number, payload: string = payloadText): OutboxMessage {
  const id = String(number % 100);
  return { aggregate: { type: 'bench', id }, topic, key: id, type: 'Measured', payload: Buffer.from(payload) };
}
