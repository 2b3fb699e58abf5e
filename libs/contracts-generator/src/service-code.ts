/**
 * What the services' code says of topics: which it sends to, which it receives from, in which group.
 *
 * Found where the code stands, not by running it: a reference to a topic's contract (`topics.posts`) as the argument or the
 * property of a call that sends or receives. A reference elsewhere (`topics.posts.name`) says nothing. Specs are not looked at.
 */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One place in a service's code. */
export interface TopicUse {
  /** The service: the name of its folder under apps/. */
  readonly service: string;
  readonly file: string;
  readonly line: number;
  /** The topic's name in the generated contracts, for example `postsWithCounts`. */
  readonly topic: string;
  readonly direction: 'sends' | 'receives';
  /** The consumer group, where the code says it in the same file. */
  readonly group: string | undefined;
}

/** Names of functions that take a topic to read it, and of properties that list such topics. */
const receiving = new Set([
  'Subscribe',
  'SubscribeBatch',
  'subscribes',
  'stream',
  'table',
  'globalTable',
  'openTable',
  'viewOf',
  'consume',
]);
/** As above, to write it. */
const sending = new Set(['produces', 'send', 'sendTombstone', 'message', 'to']);

const nameOf = (node: ts.Node): string | undefined => {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return undefined;
};

/** `contractTopic(topics.posts, codec)` is the topic still. */
function isDressed(node: ts.Node): boolean {
  return ts.isCallExpression(node) && nameOf(node.expression) === 'contractTopic';
}

/** The call or the property that a reference is given to. */
function takerOf(reference: ts.Node): { name: string; call: ts.CallExpression | undefined } | undefined {
  let child = reference;
  let node = reference.parent;
  while (ts.isArrayLiteralExpression(node) || ts.isSpreadElement(node) || ts.isAsExpression(node) || isDressed(node)) {
    child = node;
    node = node.parent;
  }
  if (ts.isPropertyAssignment(node) && node.initializer === child) {
    const name = nameOf(node.name);
    // `source({ topic: topics.posts })`: the call is what counts.
    if (name === 'topic' && ts.isCallExpression(node.parent.parent)) node = node.parent.parent;
    else return name === undefined ? undefined : { name, call: undefined };
  }
  if (!ts.isCallExpression(node)) return undefined;
  const name = nameOf(node.expression);
  return name === undefined ? undefined : { name, call: node };
}

/** Texts that a file gives names to, at its top. */
function constantsOf(source: ts.SourceFile): Map<string, string> {
  const constants = new Map<string, string>();
  for (const statement of source.statements)
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer && ts.isStringLiteralLike(initializer))
          constants.set(name.text, initializer.text);
  return constants;
}

function groupOf(call: ts.CallExpression | undefined, constants: ReadonlyMap<string, string>): string | undefined {
  for (const options of call?.arguments ?? []) {
    if (!ts.isObjectLiteralExpression(options)) continue;
    for (const property of options.properties) {
      if (ts.isShorthandPropertyAssignment(property) && property.name.text === 'group') return constants.get('group');
      if (!ts.isPropertyAssignment(property) || nameOf(property.name) !== 'group') continue;
      const { initializer } = property;
      return ts.isStringLiteralLike(initializer) ? initializer.text : constants.get(initializer.getText());
    }
  }
  return undefined;
}

/** The uses in one source text. */
export function findUsesInSource(service: string, file: string, text: string): TopicUse[] {
  if (!text.includes('topics.')) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = constantsOf(source);
  const uses: TopicUse[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return;
    if (node.expression.text !== 'topics') return;
    const taker = takerOf(node);
    if (!taker || (!receiving.has(taker.name) && !sending.has(taker.name))) return;
    uses.push({
      service,
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      topic: node.name.text,
      direction: receiving.has(taker.name) ? 'receives' : 'sends',
      group: receiving.has(taker.name) ? groupOf(taker.call, constants) : undefined,
    });
  };
  visit(source);
  return uses;
}

/** Names of the folders under apps/ that are projects. */
export function serviceNames(root: string): string[] {
  const apps = path.join(root, 'apps');
  if (!fs.existsSync(apps)) return [];
  return fs
    .readdirSync(apps)
    .filter((name) => !name.endsWith('-e2e') && fs.existsSync(path.join(apps, name, 'package.json')))
    .sort();
}

export interface ServiceSource {
  readonly service: string;
  readonly file: string;
  readonly text: string;
}

/** The services' sources without their specs and fixtures, in order of service and file. */
export function eachServiceSource(root: string): ServiceSource[] {
  return serviceNames(root).flatMap((service) => {
    const folder = path.posix.join('apps', service, 'src');
    if (!fs.existsSync(path.join(root, folder))) return [];
    return fs
      .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.(spec|fixture)\.ts$/.test(name) && !name.includes('node_modules'))
      .sort()
      .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
      .map((file) => ({ service, file, text: fs.readFileSync(path.join(root, file), 'utf8') }));
  });
}

/** Every use in the services' sources, in order of file and line. */
export function findTopicUses(root: string): TopicUse[] {
  return eachServiceSource(root).flatMap(({ service, file, text }) => findUsesInSource(service, file, text));
}
