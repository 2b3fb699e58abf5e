import { type SqlExecutor } from './sql-executor.ts';

/** Does one thing after another, in the order of the calls: a connection takes one statement, or one transaction, at a time. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** The same executor, whose statements take turns. */
  of(sql: SqlExecutor): SqlExecutor {
    return {
      query: <Result>(statement: string, parameters?: unknown[]): Promise<Result> =>
        this.take(() => sql.query<Result>(statement, parameters)),
    };
  }
}
