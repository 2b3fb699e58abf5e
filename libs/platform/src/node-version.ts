/** The Node that the packages need. An older one would fail somewhere in the middle, in words that do not name it. */
const needed = [24, 9] as const;

/** @returns what to say of a Node that is too old; @param version such as `24.21.0` */
export function complaintAbout(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return undefined;
  return `Headwater needs Node ${needed.join('.')} or newer (this is ${version}): install it and run the command again.`;
}
