import { describe, expect, it } from '@jest/globals';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
const rule = path.join(root, 'tools/lint/directions.js');

interface Found {
  readonly message: string;
}
type Visitor = Readonly<Record<string, (node: object) => void>>;
const { directions } = (await import(rule)) as {
  directions: { create(context: { filename: string; report(found: Found): void }): Visitor };
};

/** What the rule says of one import or export statement, were it written in `file`. */
function findings(file: string, statement: string): string[] {
  const found: string[] = [];
  const visitor = directions.create({
    filename: path.join(root, file),
    report: ({ message }) => found.push(message),
  });
  const source = { value: /'(?<specifier>[^']+)'/.exec(statement)?.groups?.['specifier'] };
  visitor[statement.startsWith('import') ? 'ImportDeclaration' : 'ExportAllDeclaration']?.({ source });
  return found;
}

describe('the directions of the house', () => {
  it('keep services apart from each other and from the broker', () => {
    expect(findings('apps/social-feed/src/main.ts', "import '@headwater/social-posts';")).toEqual([
      expect.stringContaining('must not import @headwater/social-posts'),
    ]);
    expect(findings('apps/social-feed/src/main.ts', "import '@headwater/broker';")).toEqual([
      expect.stringContaining('must not import @headwater/broker'),
    ]);
    expect(findings('apps/social-feed/src/main.ts', "import '@headwater/messaging';")).toEqual([]);
  });

  it('keep the coordinators of the broker apart, and let the server see them', () => {
    expect(findings('libs/broker/src/group/a.ts', "import '../metadata/index.ts';")).toEqual([
      expect.stringContaining("'group' must not import 'metadata'"),
    ]);
    expect(findings('libs/broker/src/protocol/a.ts', "export * from '../storage/index.ts';")).toEqual([
      expect.stringContaining("'protocol' must not import 'storage'; it may import: nothing"),
    ]);
    expect(findings('libs/broker/src/server/a.ts', "import '../metadata/index.ts';")).toEqual([]);
  });

  it('lead into a room through its door only', () => {
    expect(findings('libs/broker/src/server/a.ts', "import '../storage/segment.ts';")).toEqual([
      expect.stringContaining("import '../storage/index.ts'"),
    ]);
    expect(findings('libs/messaging/src/codec/a.ts', "import '../../../contracts/src/index.ts';")).toEqual([
      expect.stringContaining('@headwater/contracts by its package name'),
    ]);
  });

  it('confine kafkajs to one folder, and let tests use it as a client', () => {
    expect(findings('libs/messaging/src/consumer/lane.ts', "import kafkajs from 'kafkajs';")).toEqual([
      expect.stringContaining("'kafkajs' is imported only in libs/messaging/src/kafkajs/"),
    ]);
    expect(findings('libs/messaging/src/kafkajs/client.ts', "import kafkajs from 'kafkajs';")).toEqual([]);
    expect(findings('apps/broker/src/main.int.spec.ts', "import kafkajs from 'kafkajs';")).toEqual([]);
  });

  it('let tests use the testkit, and nothing else', () => {
    expect(findings('apps/social-feed/src/feed.int.spec.ts', "import '@headwater/testkit';")).toEqual([]);
    expect(findings('apps/social-feed/src/feed.ts', "import '@headwater/testkit';")).toEqual([
      expect.stringContaining('must not import @headwater/testkit'),
    ]);
  });
});
