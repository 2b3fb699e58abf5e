/**
 * Finds topics that the services' code names and schemas/topics.yaml does not: nobody could know of them, and nothing holds them to
 * a schema. Found are topics that are defined in place, and texts where a topic's name stands: after `topic`, `topics`,
 * `@EventPattern` and the like. Topics of Kafka itself (`__consumer_offsets`) and what is behind a variable are not.
 */
import ts from 'typescript';
import { eachServiceSource } from './service-code.ts';

export interface UnknownTopic {
  readonly file: string;
  readonly line: number;
  readonly name: string;
}

const topicProperties = new Set(['topic', 'topics']);
const topicTakers = new Set(['EventPattern', 'MessagePattern']);

function textsIn(node: ts.Expression): ts.StringLiteralLike[] {
  if (ts.isStringLiteralLike(node)) return [node];
  return ts.isArrayLiteralExpression(node) ? node.elements.flatMap(textsIn) : [];
}

/** The texts that stand where a topic's name does, for one node. */
function namesAt(node: ts.Node): ts.StringLiteralLike[] {
  if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && topicProperties.has(node.name.text))
    return textsIn(node.initializer);
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return [];
  const [first] = node.arguments;
  if (first === undefined) return [];
  if (topicTakers.has(node.expression.text)) return textsIn(first);
  if (node.expression.text !== 'defineTopic' || !ts.isObjectLiteralExpression(first)) return [];
  return first.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) && property.name.getText() === 'name' ? textsIn(property.initializer) : [],
  );
}

/** In one source text. */
export function findUnknownTopicsInSource(file: string, text: string, known: ReadonlySet<string>): UnknownTopic[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: UnknownTopic[] = [];
  const visit = (node: ts.Node): void => {
    for (const literal of namesAt(node))
      if (!known.has(literal.text) && !literal.text.startsWith('__') && literal.text !== '')
        found.push({
          file,
          line: source.getLineAndCharacterOfPosition(literal.getStart()).line + 1,
          name: literal.text,
        });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** In every service's sources. */
export function findUnknownTopics(root: string, topics: readonly string[]): UnknownTopic[] {
  const known = new Set(topics);
  return eachServiceSource(root).flatMap(({ file, text }) => findUnknownTopicsInSource(file, text, known));
}
