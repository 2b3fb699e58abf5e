/** How a union's branch is called in `type`; the generator writes the same names into the types. */
import avro from 'avsc';

/** Avro's JSON of a type (Avro specification, Schema Declaration). */
export type SchemaNode = string | SchemaNode[] | SchemaObject;

export interface SchemaObject {
  readonly type: string;
  readonly name?: string;
  readonly logicalType?: string;
}

const unqualified = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** A named type by its name without the namespace; others by their logical type, or their type. */
export function branchTagOf(node: SchemaNode): string {
  if (typeof node === 'string') return unqualified(node);
  if (Array.isArray(node)) throw new Error('a union directly in a union');
  return node.name === undefined ? (node.logicalType ?? node.type) : unqualified(node.name);
}

/** Whether the branch's fields stand beside `type`. */
export function isRecordBranch(node: SchemaNode, type: avro.Type): boolean {
  if (typeof node === 'object') return (node as SchemaObject).type === 'record';
  return avro.Type.isType(type, 'record');
}
