import {
  resumptionOf,
  unclaimed,
  type LakeStore,
  type LakeWriter,
  type OffsetSpan,
  type StoredFile,
} from '../../lake/index.ts';

/**
 * One partition of a topic, as the one task that writes it sees it: what its files claim, and which offsets wait in the batch.
 */
export class PartitionSink {
  /** Where the batch that is being filled begins. */
  batchFirst: number;
  /** The offset after the last that was added; what is read next. */
  position: number;
  /** What the files claim, by day. */
  private readonly spans = new Map<string, OffsetSpan[]>();
  private readonly claimedTo: number;
  private drafts = 0;

  private constructor(
    readonly topic: string,
    readonly partition: number,
    readonly writer: LakeWriter,
    files: readonly StoredFile[],
    resumption: { readonly position: number; readonly claimedTo: number },
  ) {
    this.batchFirst = this.position = resumption.position;
    this.claimedTo = resumption.claimedTo;
    for (const file of files) if (file.last >= this.position) this.claim(file.date, file);
  }

  /** Takes the partition over: from now on nobody else can write it. @param earliest where its log begins */
  static async open(store: LakeStore, topic: string, partition: number, earliest: number): Promise<PartitionSink> {
    const writer = await store.openWriter(topic, partition);
    try {
      const files = (await store.files(topic)).filter((file) => file.partition === partition);
      const { resumeFrom = earliest, claimedTo } = resumptionOf(files);
      return new PartitionSink(topic, partition, writer, files, { position: resumeFrom, claimedTo });
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** What the batch holds: one span, or two where it reaches across what was claimed at the start. */
  takeSpans(): OffsetSpan[] {
    const first = this.batchFirst;
    const last = this.position - 1;
    this.batchFirst = this.position;
    if (last < first) return [];
    const { claimedTo } = this;
    if (first > claimedTo || last <= claimedTo) return [{ first, last }];
    return [
      { first, last: claimedTo },
      { first: claimedTo + 1, last },
    ];
  }

  /** What of a span no file of that day claims yet. */
  unclaimed(date: string, span: OffsetSpan): OffsetSpan[] {
    return unclaimed(this.spans.get(date) ?? [], span);
  }

  /** A path to write a file at before it is published. */
  nextDraft(): string {
    return this.writer.draft(String(++this.drafts));
  }

  async publish(draft: string, date: string, span: OffsetSpan): Promise<void> {
    const { topic, partition } = this;
    await this.writer.publish(draft, { topic, partition, date, first: span.first, last: span.last });
    if (span.first <= this.claimedTo) this.claim(date, span);
  }

  private claim(date: string, { first, last }: OffsetSpan): void {
    this.spans.set(date, [...(this.spans.get(date) ?? []), { first, last }]);
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}
