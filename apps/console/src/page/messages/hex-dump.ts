/** Bytes as people compare them: offset, 16 bytes in hex, and their ASCII. */
export function hexDump(base64: string, mostBytes: number): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, mostBytes); at += 16) {
    const row = [...bytes.subarray(at, Math.min(at + 16, mostBytes))];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  if (bytes.length > mostBytes) lines.push(`… ${bytes.length - mostBytes} bytes more`);
  return lines.join('\n');
}
