/** The launcher's control door, by which a lesson kills a part of the running demo. Under docker-compose there is none. */
import type { ConsoleConfig } from '../console-config.ts';

export class LauncherDoor {
  readonly #url: string | undefined;
  readonly #token: string | undefined;

  constructor({ launcherUrl, launcherToken }: Pick<ConsoleConfig, 'launcherUrl' | 'launcherToken'>) {
    this.#url = launcherUrl?.replace(/\/$/, '');
    this.#token = launcherToken;
  }

  get isThere(): boolean {
    return this.#url !== undefined && this.#token !== undefined;
  }

  /** SIGKILL. The launcher starts the part again when `holdMs` are over, or at `start`. */
  async kill(part: string, holdMs: number): Promise<void> {
    await this.#ask(`/parts/${part}/kill?holdMs=${holdMs}`);
  }

  async start(part: string): Promise<void> {
    await this.#ask(`/parts/${part}/start`);
  }

  async #ask(path: string): Promise<void> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const response = await fetch(`${this.#url}${path}`, { method: 'POST', headers });
    if (!response.ok) throw new Error(`the launcher answered ${response.status}`);
  }
}
