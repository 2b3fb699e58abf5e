/**
 * Protobuf behind Confluent's header: the way to the message's type as indexes (a zigzag count, then as many; 0 alone for the first
 * type), then the message.
 */
import protobuf from 'protobufjs';

export class ProtobufDecoder {
  private readonly file: protobuf.NamespaceBase;
  private readonly own: readonly string[];

  /** @param references texts of the files that it imports, by their names */
  constructor(text: string, references: ReadonlyMap<string, string>) {
    const root = new protobuf.Root();
    for (const referenced of references.values()) protobuf.parse(referenced, root, { keepCase: true });
    const parsed = protobuf.parse(text, root, { keepCase: true });
    this.file = namespaceOf(root, parsed.package);
    // Read alone, as what references declare in the same package is not this file's.
    const alone = new protobuf.Root();
    protobuf.parse(text, alone, { keepCase: true });
    this.own = namespaceOf(alone, parsed.package)
      .nestedArray.filter((each) => each instanceof protobuf.Type)
      .map(({ name }) => name);
    root.resolveAll();
  }

  decode(body: Buffer): { readonly value: unknown; readonly name: string } {
    const { indexes, length } = readIndexes(body);
    const type = this.typeAt(indexes);
    const message = type.decode(body.subarray(length));
    const value = type.toObject(message, { longs: String, enums: String, bytes: String, defaults: true, oneofs: true });
    return { value, name: type.fullName.replace(/^\./, '') };
  }

  /** The bytes of a message that JSON stands for. @throws Error that names what does not fit */
  encode(value: unknown): Buffer {
    const type = this.typeAt([0]);
    if (typeof value !== 'object' || value === null) throw new Error(`${type.name} is an object`);
    const unknown = Object.keys(value).find((name) => type.fields[name] === undefined);
    if (unknown !== undefined) throw new Error(`${type.name} has no field ${unknown}`);
    const message = type.fromObject(value);
    const problem = type.verify(message);
    if (problem !== null) throw new Error(problem);
    return Buffer.concat([Buffer.from([0]), type.encode(message).finish()]);
  }

  private typeAt([first = 0, ...nested]: readonly number[]): protobuf.Type {
    let type = this.file.lookupType(this.own[first] ?? '');
    for (const index of nested) {
      const next = type.nestedArray.filter((each) => each instanceof protobuf.Type)[index];
      if (next === undefined) throw new Error(`${type.name} has no message type ${index}`);
      type = next;
    }
    return type;
  }
}

function namespaceOf(root: protobuf.Root, name: string | undefined): protobuf.NamespaceBase {
  return name === undefined ? root : (root.lookup(name) as protobuf.NamespaceBase);
}

function readIndexes(body: Buffer): { readonly indexes: readonly number[]; readonly length: number } {
  const reader = protobuf.Reader.create(body);
  const count = reader.sint32();
  if (count === 0) return { indexes: [0], length: reader.pos };
  if (count < 0 || count > 100) throw new Error(`${count} is no count of message indexes`);
  const indexes = Array.from({ length: count }, () => reader.sint32());
  return { indexes, length: reader.pos };
}
