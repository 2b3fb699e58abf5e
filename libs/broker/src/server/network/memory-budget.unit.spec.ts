import { describe, expect, it } from '@jest/globals';
import { MemoryBudget } from './memory-budget.ts';

function record() {
  const granted: string[] = [];
  return { granted, on: (name: string) => () => void granted.push(name) };
}

describe('a memory budget', () => {
  it('grants at once while there is room, and in order of the calls afterwards', () => {
    const budget = new MemoryBudget(100);
    const { granted, on } = record();
    const first = budget.request(60, on('first'));
    const second = budget.request(60, on('second'));
    const third = budget.request(10, on('third'));
    expect([first.isGranted, second.isGranted, third.isGranted]).toEqual([true, false, false]);
    first.release();
    expect(granted).toEqual(['second', 'third']);
    expect(budget.usedBytes).toBe(70);
  });

  it('grants one claim larger than the whole budget when nothing else is held', () => {
    const budget = new MemoryBudget(100);
    const { granted, on } = record();
    const small = budget.request(1, on('small'));
    const large = budget.request(1000, on('large'));
    expect(large.isGranted).toBe(false);
    small.release();
    expect(granted).toEqual(['large']);
    large.release();
    expect(budget.usedBytes).toBe(0);
  });

  it('lets the next ones go on when a waiting claim is given up', () => {
    const budget = new MemoryBudget(100);
    const { granted, on } = record();
    budget.request(50, on('held'));
    const large = budget.request(80, on('large'));
    budget.request(50, on('next'));
    large.release();
    expect(granted).toEqual(['next']);
    expect(budget.usedBytes).toBe(100);
  });

  it('counts forced bytes and makes the others wait for them', () => {
    const budget = new MemoryBudget(100);
    const { granted, on } = record();
    const held = budget.request(100, on('held'));
    const forced = budget.request(50, on('forced'));
    forced.force(50);
    const next = budget.request(10, on('next'));
    held.release();
    expect(granted).toEqual(['next']);
    expect(budget.usedBytes).toBe(60);
    next.release();
    forced.release();
    expect(budget.usedBytes).toBe(0);
  });

  it('serves a claim that grows before those that hold nothing yet', () => {
    const budget = new MemoryBudget(100);
    const { granted, on } = record();
    const held = budget.request(60, on('held'));
    const growing = budget.request(30, on('growing'));
    budget.request(20, on('new'));
    growing.growTo(80);
    expect(growing.isGranted).toBe(false);
    expect(budget.isContended).toBe(true);
    held.release();
    expect(granted).toEqual(['growing', 'new']);
    expect(budget.usedBytes).toBe(100);
  });

  it('lets the oldest of half-read frames go on over the limit when all wait for each other, and again until it is done', () => {
    const budget = new MemoryBudget(100);
    const { granted, on } = record();
    const [oldest, second, third] = ['oldest', 'second', 'third'].map((name) => budget.request(30, on(name)));
    second!.growTo(60);
    third!.growTo(60);
    expect(granted).toEqual([]);
    oldest!.growTo(60);
    expect(granted).toEqual(['oldest']);
    oldest!.growTo(200);
    expect(granted).toEqual(['oldest', 'oldest']);
    expect(budget.usedBytes).toBe(260);
    oldest!.release();
    expect(granted).toEqual(['oldest', 'oldest', 'second']);
    second!.release();
    third!.release();
    expect(budget.usedBytes).toBe(0);
    expect(budget.isContended).toBe(false);
  });
});
