/**
 * Lets a transactional batch into a partition only when the partition is in its producer's transaction (KIP-890): else its records could
 * stay without a marker, and readers of committed records would wait for ever.
 *
 * Before Produce v12 the producer has added the partition itself, and this is looked up. From v12 on the broker adds it; the batch
 * waits until that is durable. Batches of a producer that come meanwhile wait behind it, so that their order stays.
 *
 * A batch that was refused may come again behind one that a later request brought. So the lowest sequence that a producer tried to
 * begin with is remembered until it has begun, and nothing behind it may begin.
 */
import { ErrorCode, errorName, KafkaError, type BatchHeader } from '../protocol/index.ts';
import type { PartitionLog } from '../storage/index.ts';
import type { TransactionService } from './transaction-service.ts';

/** First version of Produce whose clients know TRANSACTION_ABORTABLE, and the first of transactions V2. */
const abortableVersion = 11;
const implicitVersion = 12;
/** Producers that tried to begin in a partition and have not, at most: the oldest is forgotten. */
const maxBeginnings = 10_000;

interface Beginning {
  readonly producerEpoch: number;
  readonly lowestSequence: number;
}

export class TransactionalAppends {
  readonly #transactions: TransactionService;
  /** The last batch of each producer that waits. */
  readonly #waiting = new Map<number, Promise<void>>();
  /** By producer and partition; the oldest first. */
  readonly #beginnings = new Map<string, Beginning>();

  constructor(transactions: TransactionService) {
    this.#transactions = transactions;
  }

  /**
   * Undefined when the batch may be appended at once, else when to append it.
   * @throws (or rejects with) KafkaError with what the producer is told.
   */
  admit(
    transactionalId: string | null,
    batch: BatchHeader,
    log: PartitionLog,
    apiVersion: number,
  ): Promise<void> | undefined {
    if (!batch.isTransactional) return undefined;
    const { producerId, producerEpoch } = batch;
    if (transactionalId === null)
      throw new KafkaError(
        ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        `A transactional batch for ${log.topic}-${log.partition} came without a transactional id`,
      );
    const isOpen = log.hasOpenTransaction(producerId, producerEpoch);
    if (apiVersion >= implicitVersion) {
      const before = this.#waiting.get(producerId);
      return isOpen && before === undefined ? undefined : this.#wait(transactionalId, batch, log, before);
    }
    if (isOpen || !this.#transactions.verifiesPartitions) return undefined;
    this.#rememberBeginning(batch, log);
    const producer = { producerId, producerEpoch };
    const errorCode = this.#transactions.coordinator.verify(transactionalId, producer, log.topic, log.partition);
    if (errorCode !== ErrorCode.NONE) throw refusal(errorCode, log, apiVersion);
    return undefined;
  }

  /**
   * The last look before the append of a batch that was admitted.
   * @throws KafkaError OUT_OF_ORDER_SEQUENCE_NUMBER when the producer may not begin with it.
   */
  checkBeginning(
    { producerId, baseSequence, isTransactional }: BatchHeader,
    log: PartitionLog,
    apiVersion: number,
  ): void {
    if (!isTransactional) return;
    const place = placeOf(producerId, log);
    const beginning = this.#beginnings.get(place);
    if (beginning === undefined) return;
    // With transactions V2 every transaction has its own epoch, and begins at 0.
    const isUnknown = (): boolean => log.activeProducers().every((known) => known.producerId !== producerId);
    const expected = apiVersion >= implicitVersion && baseSequence > 0 && isUnknown() ? 0 : beginning.lowestSequence;
    if (baseSequence > expected)
      throw new KafkaError(
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        `Producer ${producerId} begins at sequence ${baseSequence} in ${log.topic}-${log.partition}, expected was ` +
          `${expected}: the batches before it are missing`,
      );
    this.#beginnings.delete(place);
  }

  #wait(
    transactionalId: string,
    batch: BatchHeader,
    log: PartitionLog,
    before: Promise<void> | undefined,
  ): Promise<void> {
    const { producerId, producerEpoch } = batch;
    const add = async (): Promise<void> => {
      await before?.catch(() => undefined);
      if (log.hasOpenTransaction(producerId, producerEpoch)) return;
      this.#rememberBeginning(batch, log);
      try {
        const transactions = await this.#transactions.get();
        await transactions.addImplicitly(transactionalId, { producerId, producerEpoch }, log.topic, log.partition);
      } catch (error) {
        throw error instanceof KafkaError ? refusal(error.code, log, implicitVersion) : error;
      }
    };
    const admitted = add();
    this.#waiting.set(producerId, admitted);
    const forget = (): void => {
      if (this.#waiting.get(producerId) === admitted) this.#waiting.delete(producerId);
    };
    admitted.then(forget, forget);
    return admitted;
  }

  #rememberBeginning({ producerId, producerEpoch, baseSequence }: BatchHeader, log: PartitionLog): void {
    const place = placeOf(producerId, log);
    const former = this.#beginnings.get(place);
    if (former !== undefined && former.producerEpoch > producerEpoch) return;
    const isSame = former?.producerEpoch === producerEpoch;
    const lowestSequence = isSame ? Math.min(former.lowestSequence, baseSequence) : baseSequence;
    this.#beginnings.set(place, { producerEpoch, lowestSequence });
    if (this.#beginnings.size > maxBeginnings) this.#beginnings.delete(this.#beginnings.keys().next().value!);
  }
}

function placeOf(producerId: number, log: PartitionLog): string {
  return `${producerId} ${log.partition} ${log.topic}`;
}

/** Producers retry NOT_ENOUGH_REPLICAS, in every version. */
function refusal(errorCode: ErrorCode, log: PartitionLog, apiVersion: number): KafkaError {
  const message = `${log.topic}-${log.partition} is not in the producer's transaction: ${errorName(errorCode)}`;
  return new KafkaError(producerError(errorCode, apiVersion), message);
}

function producerError(errorCode: ErrorCode, apiVersion: number): ErrorCode {
  switch (errorCode) {
    case ErrorCode.PRODUCER_FENCED:
      return ErrorCode.INVALID_PRODUCER_EPOCH;
    case ErrorCode.TRANSACTION_ABORTABLE:
      return apiVersion < abortableVersion ? ErrorCode.INVALID_TXN_STATE : errorCode;
    case ErrorCode.CONCURRENT_TRANSACTIONS:
      return apiVersion < implicitVersion ? ErrorCode.NOT_ENOUGH_REPLICAS : errorCode;
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.NOT_ENOUGH_REPLICAS;
    default:
      return errorCode;
  }
}
