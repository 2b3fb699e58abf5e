import { describe, expect, it } from '@jest/globals';
import { AnswerMemory } from './answer-memory.ts';

const MIB = 1024 * 1024;

describe('the memory of answers', () => {
  it('leaves room for others, however many keep what they got', () => {
    const memory = new AnswerMemory(64 * MIB);
    for (let count = 0; count < 100; count++) memory.claim().bytes = memory.largestAnswerBytes;
    expect(memory.isExhausted).toBe(true);
    expect(memory.usedBytes).toBeLessThan(64 * MIB + 100 * 64 * 1024);
    expect(memory.largestAnswerBytes).toBe(64 * 1024);
  });

  it('gives a lone client a quarter at once', () => {
    expect(new AnswerMemory(64 * MIB).largestAnswerBytes).toBe(16 * MIB);
  });

  it('counts what a claim is now, not what it was', () => {
    const memory = new AnswerMemory(64 * MIB);
    const claim = memory.claim();
    claim.bytes = 5 * MIB;
    claim.bytes = 2 * MIB;
    expect(memory.usedBytes).toBe(2 * MIB);
    claim.bytes = 0;
    claim.bytes = 0;
    expect(memory.usedBytes).toBe(0);
  });
});
