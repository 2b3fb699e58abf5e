/** In a row; twice as many would be wider than a phone. */
const ROW_BYTES = 8;

/** Bytes as people compare them: offset, bytes in hex, and their ASCII. */
export function hexDump(base64: string, mostBytes: number): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, mostBytes); at += ROW_BYTES) {
    const row = [...bytes.subarray(at, Math.min(at + ROW_BYTES, mostBytes))];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(3 * ROW_BYTES - 1)}  ${text}`);
  }
  if (bytes.length > mostBytes) lines.push(`… ${bytes.length - mostBytes} bytes more`);
  return lines.join('\n');
}
