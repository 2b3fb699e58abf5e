/** Values that have no type in Parquet, as JSON. What JSON has no type for is text; bytes are base64. */
import { DuckDBBlobValue, DuckDBStructValue, type DuckDBValue } from '@duckdb/node-api';
import type { AvroCursor } from './avro-cursor.ts';
import type { AvroNode } from './avro-schema.ts';

type Read = (cursor: AvroCursor) => unknown;
/** Reads a value that holds no other. */
type LeafOf = (node: AvroNode) => { read(cursor: AvroCursor): DuckDBValue };

function leafJson(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof DuckDBStructValue) return value.entries;
  return String(value);
}

class JsonReaders {
  private readonly made = new Map<AvroNode, Read>();

  constructor(private readonly leafOf: LeafOf) {}

  of(node: AvroNode): Read {
    const known = this.made.get(node);
    if (known) return known;
    // A type that holds itself finds this while it is being made.
    // A type may contain itself: whoever meets it meanwhile reads it by what is being made.
    const later: { read?: Read } = {};
    this.made.set(node, (cursor) => later.read!(cursor));
    return (later.read = this.make(node));
  }

  private make(node: AvroNode): Read {
    if (node.kind === 'record') {
      const fields = (node.fields ?? []).map(({ name, type }) => ({ name, read: this.of(type) }));
      return (cursor) => Object.fromEntries(fields.map(({ name, read }) => [name, read(cursor)]));
    }
    if (node.kind === 'array') {
      const item = this.of(node.items!);
      return (cursor) => {
        const items: unknown[] = [];
        cursor.blocks(() => items.push(item(cursor)));
        return items;
      };
    }
    if (node.kind === 'map') {
      const value = this.of(node.values!);
      return (cursor) => {
        const entries: [string, unknown][] = [];
        cursor.blocks(() => entries.push([cursor.string(), value(cursor)]));
        return Object.fromEntries(entries);
      };
    }
    if (node.kind === 'union') {
      const branches = node.branches!.map((branch) => this.of(branch));
      return (cursor) => {
        const index = cursor.int();
        const branch = branches[index];
        if (!branch) throw new Error(`a union of ${branches.length} has no branch ${index}`);
        return branch(cursor);
      };
    }
    const leaf = this.leafOf(node);
    return (cursor) => leafJson(leaf.read(cursor));
  }
}

/** @param leafOf what reads values that hold no others */
export function jsonReaderOf(node: AvroNode, leafOf: LeafOf): Read {
  return new JsonReaders(leafOf).of(node);
}
