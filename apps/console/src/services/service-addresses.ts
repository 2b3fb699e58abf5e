import { Injectable } from '@nestjs/common';
import { ConsoleConfig } from '../console-config.ts';

/** Where the services are, by their names and in the order in which the page names them. */
@Injectable()
export class ServiceAddresses {
  private readonly addresses: ReadonlyMap<string, string>;

  constructor({ serviceAddresses }: ConsoleConfig) {
    const entries = serviceAddresses.split(/\s+/).filter(Boolean);
    this.addresses = new Map(entries.map((entry) => entry.split('=', 2) as [name: string, url: string]));
  }

  get names(): readonly string[] {
    return [...this.addresses.keys()];
  }

  isKnown(name: string): boolean {
    return this.addresses.has(name);
  }

  /** Address of a service without a slash at its end; undefined when the console was not told where it is. */
  of(name: string): string | undefined {
    return this.addresses.get(name)?.replace(/\/+$/, '') || undefined;
  }
}
