import { describe, expect, it } from '@jest/globals';
import { consumedPerSecond, producedPerSecond } from './java-output.ts';

describe("what Kafka's performance tools print", () => {
  it('tells records a second of the producer', () => {
    const output =
      '100 records sent, 20.0 records/sec (0.00 MB/sec), 9 ms avg latency.\n' +
      '2000000 records sent, 799041.9 records/sec (76.20 MB/sec), 12.40 ms avg latency, 200.00 ms max latency.\n';
    expect(producedPerSecond(output, 2_000_000)).toBe(799_041.9);
    expect(() => producedPerSecond(output, 3_000_000)).toThrow('did not send 3000000');
    expect(() => producedPerSecond('', 1)).toThrow();
  });

  it('tells records a second of the consumer', () => {
    const output =
      'WARNING: something\n2026-11-21 12:18:36:378, 2026-11-21 12:18:38:257, 19.3, 10.2, 20000, 10643.9, 350, 1529, 12.6, 13080.4\n';
    expect(consumedPerSecond(output, 20_000)).toBe(13_080.4);
    expect(() => consumedPerSecond(output, 20_001)).toThrow('did not get 20001');
  });
});
