/** Lines NAME=VALUE as an object; a sentence when one is none. */
export function configsOf(text: string): Readonly<Record<string, string>> | string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const wrong = lines.find((line) => !/^[\w.-]+\s*=/.test(line));
  if (wrong !== undefined) return `"${wrong}" is not NAME=VALUE.`;
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
