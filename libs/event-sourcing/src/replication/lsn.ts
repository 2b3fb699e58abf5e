/** A place in the write-ahead log, as PostgreSQL writes it (`16/B374D848`), and as the 64-bit number that it is. */

/** Before everything. */
export const FIRST_LSN = 0n;

/** @throws RangeError when the text is no place in the log */
export function parseLsn(text: string): bigint {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (!match) throw new RangeError(`'${text}' is no place in the write-ahead log, such as 16/B374D848`);
  return (BigInt(`0x${match[1]!}`) << 32n) | BigInt(`0x${match[2]!}`);
}

export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}
