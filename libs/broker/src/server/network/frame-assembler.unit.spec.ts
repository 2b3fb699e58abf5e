import { describe, expect, it } from '@jest/globals';
import { FrameAssembler, FrameError } from './frame-assembler.ts';
import { FrameMemory } from './frame-memory.ts';
import { release } from '../../storage/index.ts';

function frameOf(body: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** Copies the frames that it is given, and with `isForgotten` gives their memory back at once. */
function collect({ maxFrameBytes = 10_000_000, isForgotten = false, memory = new FrameMemory() } = {}) {
  const frames: Buffer[] = [];
  const pieces: (readonly Buffer[])[] = [];
  const started: number[] = [];
  const assembler = new FrameAssembler(maxFrameBytes, memory, {
    frameStarted: (sizeBytes) => started.push(sizeBytes),
    isForgotten: () => isForgotten,
    frameCompleted: (frame, sizeBytes, isReused) => {
      expect(isReused).toBe(isForgotten);
      frames.push(Buffer.concat(frame));
      expect(frames.at(-1)).toHaveLength(sizeBytes);
      pieces.push(frame);
      if (isReused) for (const piece of frame) release(piece);
    },
  });
  return { assembler, frames, pieces, started };
}

/** Gives the stream to the assembler as a socket does: into its target while it has one, else in chunks of a scratch buffer. */
function receive(assembler: FrameAssembler, stream: Buffer, chunkBytes: number): void {
  const scratch = Buffer.alloc(chunkBytes);
  for (let at = 0; at < stream.length;) {
    const target = assembler.target();
    const count = stream.copy(target ?? scratch, 0, at);
    if (target) assembler.filled(count);
    else assembler.push(scratch.subarray(0, count));
    at += count;
    scratch.fill(0);
  }
}

function bodyOf(sizeBytes: number, seed: number): Buffer {
  const body = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at++) body[at] = (at * 31 + (at >>> 8) + seed) & 255;
  return body;
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

  it('gives frames of all sizes whole, in memory that is used again or not, whatever the reads are', () => {
    for (const isForgotten of [true, false]) {
      for (const chunkBytes of [1000, 65_536]) {
        const { assembler, frames } = collect({ isForgotten });
        const sizes = [1, 5, 70, 4095, 16_400, 40_000, 65_536, 131_200, 1_000_100, 3, 3_000_000, 16_400, 16_400];
        const sent = sizes.map(bodyOf);
        receive(assembler, Buffer.concat(sent.map(frameOf)), chunkBytes);
        expect(frames.map((frame, index) => frame.equals(sent[index]!))).toEqual(sizes.map(() => true));
      }
    }
  });

  it('reads most of a large frame straight into its memory, which is used again once it was released', () => {
    const memory = new FrameMemory();
    const first = collect({ isForgotten: true, memory });
    receive(first.assembler, frameOf(bodyOf(1_000_000, 1)), 65_536);
    expect(first.pieces[0]!.length).toBeLessThan(7);
    const second = collect({ isForgotten: true, memory });
    receive(second.assembler, frameOf(bodyOf(1_000_000, 2)), 65_536);
    const blocks = new Set(first.pieces[0]!.map(({ buffer }) => buffer));
    expect(second.pieces[0]!.filter(({ buffer }) => blocks.has(buffer)).length).toBeGreaterThan(2);
  });

  it('gives a frame that is not forgotten memory of its own', () => {
    const { assembler, pieces } = collect();
    receive(assembler, Buffer.concat([frameOf(bodyOf(100, 1)), frameOf(bodyOf(100, 2))]), 65_536);
    expect(pieces.map(([piece]) => piece!.buffer.byteLength)).toEqual([100, 100]);
  });

  it('takes no more memory for a frame than has come of it, or 64 KB', () => {
    const { assembler } = collect();
    assembler.push(frameOf(bodyOf(5_000_000, 1)).subarray(0, 1000));
    assembler.push(bodyOf(3100, 1));
    expect(assembler.target()).toHaveLength(65_536);
    assembler.filled(65_536);
    expect(assembler.target()!.length).toBeLessThanOrEqual(4096 + 65_536);
  });

  it('gathers the small pieces of a frame in few buffers, in their order among large ones', () => {
    const { assembler, pieces } = collect();
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
    const { assembler, started } = collect({ maxFrameBytes: 10 });
    const size = Buffer.alloc(4);
    size.writeInt32BE(11);
    expect(() => assembler.push(size)).toThrow(/socket.request.max.bytes = 10/);
    expect(started).toEqual([]);
  });

  it('refuses a negative size', () => {
    expect(() => collect().assembler.push(Buffer.from([255, 255, 255, 255]))).toThrow(FrameError);
  });
});
