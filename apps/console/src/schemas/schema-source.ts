/** The few questions that the console asks the schema registry itself; the page asks the others through `/api/registry`. */
import { Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import { RegistryDoor } from './registry-door.ts';

export interface RegisteredSchema {
  /** `AVRO`, `JSON` or `PROTOBUF`. */
  readonly type: string;
  /** For Avro with what it refers to inside. */
  readonly text: string;
  /** Texts of what it refers to, by the name under which it does. */
  readonly references: ReadonlyMap<string, string>;
}

interface SchemaAnswer {
  readonly schema?: string;
  readonly schemaType?: string;
  readonly id?: number;
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

@Injectable()
export class SchemaSource {
  constructor(private readonly registry: RegistryDoor) {}

  /** @throws {Problem} 404 when there is none, 503 when the registry is away */
  byId(schemaId: number): Promise<RegisteredSchema> {
    return this.read(`/schemas/ids/${schemaId}`);
  }

  /** The newest version of a subject, with its id. @throws {Problem} */
  async newest(subject: string): Promise<RegisteredSchema & { readonly schemaId: number }> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/latest`;
    const { id = 0 } = await this.ask(path);
    return { schemaId: id, ...(await this.byId(id)) };
  }

  async subjects(): Promise<string[]> {
    return (await this.registry.json('GET', '/subjects')) as string[];
  }

  private async read(path: string): Promise<RegisteredSchema> {
    let answer = await this.ask(path);
    const type = answer.schemaType ?? 'AVRO';
    const { references = [] } = answer;
    if (type === 'AVRO' && references.length > 0) answer = await this.ask(`${path}?format=resolved`);
    const texts = new Map<string, string>();
    if (type !== 'AVRO') await this.addReferences(texts, references);
    return { type, text: answer.schema ?? '', references: texts };
  }

  private async addReferences(
    texts: Map<string, string>,
    references: NonNullable<SchemaAnswer['references']>,
  ): Promise<void> {
    for (const { name, subject, version } of references) {
      if (texts.has(name)) continue;
      const answer = await this.ask(`/subjects/${encodeURIComponent(subject)}/versions/${version}`);
      await this.addReferences(texts, answer.references ?? []);
      texts.set(name, answer.schema ?? '');
    }
  }

  private async ask(path: string): Promise<SchemaAnswer> {
    const answer = await this.registry.json('GET', path);
    if (typeof answer !== 'object' || answer === null)
      throw Problem.unavailable('registry-away', `The registry answered ${path} with something that is no schema`);
    return answer;
  }
}
