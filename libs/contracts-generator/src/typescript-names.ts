/** How schemas' names look in TypeScript. */

/** `PostPublished` -> `postPublished` */
export const valueNameOf = (recordName: string): string => recordName[0]!.toLowerCase() + recordName.slice(1);

/** `posts_with_counts` -> `postsWithCounts` */
export const topicNameOf = (topic: string): string =>
  topic.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A docstring of one or more lines; empty when there is nothing to say. */
export function docOf(...texts: readonly (string | undefined)[]): string {
  const lines = texts.flatMap((text) => (text?.trim() ? text.trim().replaceAll('*/', '* /').split('\n') : []));
  if (lines.length === 0) return '';
  if (lines.length === 1) return `/** ${lines[0]} */\n`;
  return `/**\n${lines.map((line) => ` * ${line.trim()}\n`).join('')} */\n`;
}
