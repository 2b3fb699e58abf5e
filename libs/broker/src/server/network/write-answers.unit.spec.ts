import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { lend } from '../../storage/index.ts';
import { writeAnswers } from './write-answers.ts';

/** What is written in one call, by piece; `sent` says that it has left. */
function line() {
  const calls: Buffer[][] = [];
  const sent: (() => void)[] = [];
  const socket = new Writable({
    highWaterMark: 1 << 20,
    write: (chunk: Buffer, _encoding, callback) => {
      calls.push([chunk]);
      sent.push(callback);
    },
    writev: (chunks, callback) => {
      calls.push(chunks.map(({ chunk }) => chunk as Buffer));
      sent.push(callback);
    },
  });
  return { socket, calls, sent };
}

function lentPiece(sizeBytes: number, fill: string) {
  const block = Buffer.alloc(sizeBytes, fill);
  const state = { piece: block, isBack: false };
  lend(block, () => (state.isBack = true));
  return state;
}

describe('writeAnswers', () => {
  it('writes small answers as one piece', () => {
    const { socket, calls } = line();
    writeAnswers(
      socket,
      ['one', 'two', 'three'].map((text) => Buffer.from(text)),
    );
    expect(calls.map((pieces) => pieces.map(String))).toEqual([['onetwothree']]);
  });

  it('writes nothing where there is no answer', () => {
    const { socket, calls } = line();
    writeAnswers(socket, []);
    expect(calls).toEqual([]);
  });

  it('writes large pieces as they lie, between the small ones, in one call', () => {
    const { socket, calls } = line();
    const records = Buffer.alloc(10_000, 'r');
    const [head, tail] = [Buffer.from('head'), Buffer.from('tail')];
    writeAnswers(socket, [head, records, tail, Buffer.from('next'), records]);
    expect(calls).toEqual([[head, records, Buffer.from('tailnext'), records]]);
    expect(calls[0]![1]).toBe(records);
  });

  it('gives memory back once it is not looked at any more: what was copied at once, the rest when it was sent', async () => {
    const { socket, sent } = line();
    const small = lentPiece(100, 's');
    const large = lentPiece(10_000, 'l');
    writeAnswers(socket, [Buffer.from('head'), small.piece, large.piece]);
    expect([small.isBack, large.isBack]).toEqual([true, false]);
    sent[0]!();
    await new Promise(setImmediate);
    expect(large.isBack).toBe(true);
  });

  it('keeps the memory of what never left from being used again', async () => {
    const { socket } = line();
    socket.on('error', () => undefined);
    const large = lentPiece(10_000, 'l');
    writeAnswers(socket, [Buffer.from('head'), large.piece]);
    socket.destroy();
    await new Promise(setImmediate);
    expect(large.isBack).toBe(false);
  });
});
