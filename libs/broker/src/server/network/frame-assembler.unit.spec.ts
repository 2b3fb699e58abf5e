import { describe, expect, it } from '@jest/globals';
import { FrameAssembler, FrameError } from './frame-assembler.ts';

function frameOf(body: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

function collect(maxFrameBytes = 1_000_000) {
  const frames: Buffer[] = [];
  const started: number[] = [];
  const assembler = new FrameAssembler(maxFrameBytes, {
    frameStarted: (sizeBytes) => started.push(sizeBytes),
    frameCompleted: (frame) => frames.push(Buffer.concat(frame)),
  });
  return { assembler, frames, started };
}

describe('a frame assembler', () => {
  const bodies = ['first', '', 'the third frame', 'x'].map((text) => Buffer.from(text));
  const stream = Buffer.concat(bodies.map(frameOf));

  it('gives the same frames wherever the stream is cut in two', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const { assembler, frames } = collect();
      assembler.push(stream.subarray(0, cut));
      assembler.push(stream.subarray(cut));
      expect(frames).toEqual(bodies);
    }
  });

  it('gives the same frames when every byte comes alone', () => {
    const { assembler, frames, started } = collect();
    for (let at = 0; at < stream.length; at++) assembler.push(stream.subarray(at, at + 1));
    expect(frames).toEqual(bodies);
    expect(started).toEqual(bodies.map((body) => body.length));
    expect(assembler.isWithinFrame).toBe(false);
  });

  it('hands over slices of the chunks and copies nothing', () => {
    const pieces: (readonly Buffer[])[] = [];
    const assembler = new FrameAssembler(100, {
      frameStarted: () => undefined,
      frameCompleted: (frame) => pieces.push(frame),
    });
    const chunk = frameOf(Buffer.from('shared'));
    assembler.push(chunk);
    expect(pieces[0]![0]!.buffer).toBe(chunk.buffer);
  });

  it('gathers the small pieces of a frame in few buffers, in their order among large ones', () => {
    const pieces: (readonly Buffer[])[] = [];
    const assembler = new FrameAssembler(100_000, {
      frameStarted: () => undefined,
      frameCompleted: (frame) => pieces.push(frame),
    });
    const body = Buffer.from(Array.from({ length: 30_000 }, (_, index) => index % 251));
    const frame = frameOf(body);
    let at = 0;
    while (at < frame.length) {
      const size = at > 9_000 && at < 12_000 ? 700 : 1 + (at % 3);
      assembler.push(Buffer.from(frame.subarray(at, at + size)));
      at += size;
    }
    expect(Buffer.concat(pieces[0]!)).toEqual(body);
    expect(pieces[0]!.length).toBeLessThan(20);
  });

  it('refuses a frame over the limit before it takes a byte of its body', () => {
    const { assembler, started } = collect(10);
    const size = Buffer.alloc(4);
    size.writeInt32BE(11);
    expect(() => assembler.push(size)).toThrow(/socket.request.max.bytes = 10/);
    expect(started).toEqual([]);
  });

  it('refuses a negative size', () => {
    expect(() => collect().assembler.push(Buffer.from([255, 255, 255, 255]))).toThrow(FrameError);
  });
});
