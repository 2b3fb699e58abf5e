/**
 * Files and folders of the in-memory file system, each with its durable state and the changes since, in order.
 */

const sectorBytes = 512;

export type DirectoryNode = MemoryDirectory | MemoryFile;

type Random = () => number;

type FileChange =
  /** `isLost`: a sync of it failed, and the disk never sees its bytes. */
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer; readonly isLost?: boolean }
  | { readonly kind: 'truncate'; readonly sizeBytes: number };

/** Bytes that grow; what lies beyond `sizeBytes` in the buffer is free. */
class Bytes {
  buffer = Buffer.alloc(0);
  sizeBytes = 0;

  write(bytes: Buffer, position: number): void {
    const end = position + bytes.length;
    if (end > this.buffer.length) {
      const larger = Buffer.alloc(Math.max(end, this.buffer.length * 2, 1024));
      this.buffer.copy(larger, 0, 0, this.sizeBytes);
      this.buffer = larger;
    }
    if (position > this.sizeBytes) this.buffer.fill(0, this.sizeBytes, position);
    bytes.copy(this.buffer, position);
    this.sizeBytes = Math.max(this.sizeBytes, end);
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes > this.sizeBytes) this.write(Buffer.alloc(sizeBytes - this.sizeBytes), this.sizeBytes);
    this.sizeBytes = sizeBytes;
  }

  apply(change: FileChange): void {
    if (change.kind === 'write') this.write(change.bytes, change.position);
    else this.truncate(change.sizeBytes);
  }

  /** The change as a sync brings it to the disk. */
  applyDurably(change: FileChange): void {
    if (change.kind === 'write' && change.isLost)
      this.truncate(Math.max(this.sizeBytes, change.position + change.bytes.length));
    else this.apply(change);
  }
}

export class MemoryFile {
  readonly #current = new Bytes();
  readonly #durable = new Bytes();
  #changes: FileChange[] = [];
  #syncedChanges = 0;

  /** Changes made so far, durable or not. */
  get changeCount(): number {
    return this.#syncedChanges + this.#changes.length;
  }

  get sizeBytes(): number {
    return this.#current.sizeBytes;
  }

  view(): Buffer {
    return this.#current.buffer.subarray(0, this.#current.sizeBytes);
  }

  write(bytes: Buffer, position: number): void {
    if (bytes.length > 0) this.#change({ kind: 'write', position, bytes: Buffer.from(bytes) });
  }

  truncate(sizeBytes: number): void {
    this.#change({ kind: 'truncate', sizeBytes });
  }

  /** Makes the first `upTo` changes durable. */
  sync(upTo = this.changeCount): void {
    const synced = this.#changes.splice(0, Math.max(0, upTo - this.#syncedChanges));
    for (const change of synced) this.#durable.applyDurably(change);
    this.#syncedChanges += synced.length;
  }

  /** A sync of the first `upTo` changes failed: what they wrote counts as written from now on, and is not. */
  failSync(upTo: number): void {
    for (let index = 0; index < upTo - this.#syncedChanges; index++) {
      const change = this.#changes[index]!;
      if (change.kind === 'write') this.#changes[index] = { ...change, isLost: true };
    }
  }

  /** A twin in the same state: what is not durable here is not durable there. */
  copy(): MemoryFile {
    const copy = new MemoryFile();
    copy.write(this.#durable.buffer.subarray(0, this.#durable.sizeBytes), 0);
    copy.sync();
    for (const change of this.#changes) copy.#change(change);
    return copy;
  }

  survivor(random: Random | undefined): MemoryFile {
    const survivor = new MemoryFile();
    survivor.write(this.#durable.buffer.subarray(0, this.#durable.sizeBytes), 0);
    // Most crashes keep nothing or all of what was not synced; a few keep it in pieces.
    const keep = random ? Math.min(1, Math.max(0, random() * 2 - 0.5)) : 0;
    if (random && random() < 0.2) this.#growUnwritten(survivor, random);
    for (const change of this.#changes) {
      if (change.kind === 'truncate') {
        if (random && random() < keep) survivor.truncate(change.sizeBytes);
        continue;
      }
      for (let at = 0; at < change.bytes.length;) {
        const sectorEnd = sectorBytes - ((change.position + at) % sectorBytes) + at;
        if (random && !change.isLost && random() < keep)
          survivor.write(change.bytes.subarray(at, sectorEnd), change.position + at);
        at = sectorEnd;
      }
    }
    survivor.sync();
    return survivor;
  }

  /** The file's new size reached the disk, and its bytes did not: zeros lie there, or what the blocks held before. */
  #growUnwritten(survivor: MemoryFile, random: Random): void {
    const growth = this.sizeBytes - survivor.sizeBytes;
    if (growth <= 0) return;
    const tail = Buffer.alloc(Math.ceil(growth * random()));
    if (random() < 0.5) for (let at = 0; at < tail.length; at++) tail[at] = random() * 256;
    survivor.write(tail, survivor.sizeBytes);
  }

  #change(change: FileChange): void {
    this.#current.apply(change);
    this.#changes.push(change);
  }
}

/** Puts a node under a name and takes another name away; without a node, only the latter. */
interface NameChange {
  readonly added?: { readonly name: string; readonly node: DirectoryNode };
  readonly removed?: string;
}

type Names = Map<string, DirectoryNode>;

export class MemoryDirectory {
  readonly #current: Names = new Map();
  readonly #durable: Names = new Map();
  #changes: NameChange[] = [];
  #syncedChanges = 0;

  /** Changes made so far, durable or not. */
  get changeCount(): number {
    return this.#syncedChanges + this.#changes.length;
  }

  get(name: string): DirectoryNode | undefined {
    return this.#current.get(name);
  }

  entries(): MapIterator<[string, DirectoryNode]> {
    return this.#current.entries();
  }

  set(name: string, node: DirectoryNode): void {
    this.#change({ added: { name, node } });
  }

  delete(name: string): void {
    this.#change({ removed: name });
  }

  renameEntry(from: string, to: string): void {
    this.#change({ removed: from, added: { name: to, node: this.#current.get(from)! } });
  }

  /** Makes the first `upTo` changes durable. */
  sync(upTo = this.changeCount): void {
    const synced = this.#changes.splice(0, Math.max(0, upTo - this.#syncedChanges));
    for (const change of synced) apply(change, this.#durable);
    this.#syncedChanges += synced.length;
  }

  usedBytes(): number {
    let total = 0;
    for (const node of this.#current.values()) {
      total += node instanceof MemoryFile ? node.sizeBytes : node.usedBytes();
    }
    return total;
  }

  /** A twin in the same state; `copies` keeps one twin for a node that several names or states hold. */
  copy(copies: Map<DirectoryNode, DirectoryNode>): MemoryDirectory {
    const twinOf = (node: DirectoryNode): DirectoryNode => {
      const twin = copies.get(node) ?? node.copy(copies);
      copies.set(node, twin);
      return twin;
    };
    const copy = new MemoryDirectory();
    for (const [name, node] of this.#durable) copy.set(name, twinOf(node));
    copy.sync();
    for (const { added, removed } of this.#changes) {
      const change = added ? { added: { name: added.name, node: twinOf(added.node) } } : {};
      copy.#change({ ...change, ...(removed !== undefined && { removed }) });
    }
    return copy;
  }

  survivor(random: Random | undefined, survivors: Map<DirectoryNode, DirectoryNode>): MemoryDirectory {
    const names: Names = new Map(this.#durable);
    const kept = random ? Math.floor(random() * (this.#changes.length + 1)) : 0;
    for (const change of this.#changes.slice(0, kept)) apply(change, names);
    const survivor = new MemoryDirectory();
    for (const [name, node] of names) {
      const alive = survivors.get(node) ?? node.survivor(random, survivors);
      survivors.set(node, alive);
      survivor.set(name, alive);
    }
    survivor.sync();
    return survivor;
  }

  #change(change: NameChange): void {
    apply(change, this.#current);
    this.#changes.push(change);
  }
}

function apply({ added, removed }: NameChange, names: Names): void {
  if (removed !== undefined) names.delete(removed);
  if (added) names.set(added.name, added.node);
}
