/** Docker and Compose as commands, of either generation. */
import { execFile, execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../../..');
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** Why no container can be run here; undefined when there is an engine and a Compose. */
export function absenceOfDocker(): string | undefined {
  if (!answers('docker', ['info'])) return 'no Docker engine answers';
  return composeCommand() === undefined ? 'there is no docker-compose' : undefined;
}

function answers(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function composeCommand(): readonly [program: string, ...args: string[]] | undefined {
  if (answers('docker', ['compose', 'version'])) return ['docker', 'compose'];
  return answers('docker-compose', ['version']) ? ['docker-compose'] : undefined;
}

export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args, { maxBuffer: OUTPUT_BYTES })).stdout;
}

/** A project of its own beside whatever else runs. */
export class Compose {
  readonly #command: readonly [program: string, ...args: string[]];
  readonly #env: NodeJS.ProcessEnv;

  /** @param env the variables of `.env.example` that differ */
  constructor(env: Readonly<Record<string, string>>) {
    this.#command = composeCommand() ?? ['docker-compose'];
    this.#env = { ...process.env, ...env };
  }

  /** @throws an Error with what it said */
  async run(...args: string[]): Promise<string> {
    const [program, ...before] = this.#command;
    const options = { cwd: root, env: this.#env, maxBuffer: OUTPUT_BYTES };
    return (await run(program, [...before, ...args], options)).stdout;
  }

  /** Ids of the containers that there are, by the names of their services. */
  async containers(): Promise<Map<string, string>> {
    const ids = (await this.run('ps', '--quiet', '--all')).split('\n').filter((id) => id !== '');
    const format = '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}}';
    const lines = ids.length === 0 ? '' : await docker('inspect', '--format', format, ...ids);
    return new Map(lines.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])));
  }
}
