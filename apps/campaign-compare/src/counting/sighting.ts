/**
 * What is remembered of an impression's id: the impression, and whether it was clicked; or clicks that wait for it.
 *
 * As bytes: 1 for an impression, then 1 if it was clicked, the moment as 8 bytes, the campaigner's length as 2, campaigner, creative; 0
 * for clicks that wait, then the moment of each as 8 bytes.
 */
import type { Codec } from '@headwater/streams';

/** An impression that came. */
export interface Shown {
  readonly kind: 'shown';
  readonly campaigner: string;
  readonly creative: string;
  /** When it was shown, in milliseconds since the epoch. */
  readonly atMs: number;
  readonly isClicked: boolean;
}

/** Clicks that came before their impression. */
export interface Awaited {
  readonly kind: 'awaited';
  /** When each was clicked, in milliseconds since the epoch. */
  readonly clicksMs: readonly number[];
}

export type Sighting = Shown | Awaited;

const shownHeaderBytes = 12;

export const sightingCodec: Codec<Sighting> = {
  encode(sighting) {
    if (sighting.kind === 'awaited') {
      const bytes = Buffer.alloc(1 + 8 * sighting.clicksMs.length);
      for (const [index, atMs] of sighting.clicksMs.entries()) bytes.writeDoubleBE(atMs, 1 + 8 * index);
      return bytes;
    }
    return encodeShown(0, sighting);
  },

  encodeBehind(headBytes, sighting) {
    if (sighting.kind === 'shown') return encodeShown(headBytes, sighting);
    return Buffer.concat([Buffer.alloc(headBytes), sightingCodec.encode(sighting)]);
  },

  decode(bytes) {
    if (bytes[0] === 0) {
      const clicksMs = Array.from({ length: (bytes.length - 1) / 8 }, (_, index) => bytes.readDoubleBE(1 + 8 * index));
      return { kind: 'awaited', clicksMs };
    }
    const creativeAt = shownHeaderBytes + bytes.readUInt16BE(10);
    return {
      kind: 'shown',
      isClicked: bytes[1] === 1,
      atMs: bytes.readDoubleBE(2),
      campaigner: bytes.toString('utf8', shownHeaderBytes, creativeAt),
      creative: bytes.toString('utf8', creativeAt),
    };
  },
};

/** Every impression is remembered, so that it is worth to write it where it is to be. */
function encodeShown(headBytes: number, { campaigner, creative, atMs, isClicked }: Shown): Buffer {
  const campaignerBytes = Buffer.byteLength(campaigner);
  const campaignerAt = headBytes + shownHeaderBytes;
  const bytes = Buffer.allocUnsafe(campaignerAt + campaignerBytes + Buffer.byteLength(creative));
  bytes[headBytes] = 1;
  bytes[headBytes + 1] = isClicked ? 1 : 0;
  bytes.writeDoubleBE(atMs, headBytes + 2);
  bytes.writeUInt16BE(campaignerBytes, headBytes + 10);
  bytes.write(campaigner, campaignerAt);
  bytes.write(creative, campaignerAt + campaignerBytes);
  return bytes;
}
