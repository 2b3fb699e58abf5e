/** Finds the running demo: the launcher writes its addresses to `.headwater/endpoints.json`. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SimulatorError } from './simulator-error.ts';

/** Addresses that a replay needs. */
export interface DemoEndpoints {
  readonly postsUrl: string;
  readonly feedUrl: string;
}

export interface EndpointSearch {
  /** Given by flag; found ones fill what is absent. */
  readonly postsUrl?: string;
  readonly feedUrl?: string;
  /** Folder of the demo's data (`--dir` of `npm start`); otherwise `.headwater` is looked for from `from` upwards. */
  readonly dataDir?: string;
  /** Folders from which to look upwards. */
  readonly from: readonly string[];
  /** Whether the feed is needed too. */
  readonly needsFeed: boolean;
}

const FILE = 'endpoints.json';

/** @throws SimulatorError when the demo does not run and the flags do not say where its services are. */
export async function findDemo(search: EndpointSearch): Promise<DemoEndpoints> {
  const given = { postsUrl: search.postsUrl, feedUrl: search.feedUrl };
  const complete = given.postsUrl !== undefined && (given.feedUrl !== undefined || !search.needsFeed);
  const found = complete ? {} : await readEndpoints(search);
  const postsUrl = given.postsUrl ?? found['social-posts'];
  const feedUrl = given.feedUrl ?? found['social-feed'] ?? (search.needsFeed ? undefined : '');
  if (postsUrl === undefined || feedUrl === undefined) {
    throw new SimulatorError(
      'DEMO_NOT_FOUND',
      'The demo does not run: start it with `npm start` in another terminal, or give --url and --feed-url.',
    );
  }
  return { postsUrl: postsUrl.replace(/\/+$/, ''), feedUrl: feedUrl.replace(/\/+$/, '') };
}

async function readEndpoints(search: EndpointSearch): Promise<Record<string, string | undefined>> {
  for (const file of candidates(search)) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      return JSON.parse(text) as Record<string, string | undefined>;
    } catch (error) {
      const message = `${file} is no JSON: stop the demo, start it again with \`npm start\`, then run the replay again.`;
      throw new SimulatorError('DEMO_NOT_FOUND', message, { cause: error });
    }
  }
  return {};
}

function* candidates(search: EndpointSearch): Generator<string> {
  if (search.dataDir !== undefined) {
    yield join(resolve(search.dataDir), FILE);
    return;
  }
  for (const start of search.from) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      yield join(folder, '.headwater', FILE);
      if (folder === dirname(folder)) break;
    }
  }
}
