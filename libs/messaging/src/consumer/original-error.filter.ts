import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Lets a handler's own error through. Nest's last filter would turn every error into `{ status, message }`, by which a broken
 * connection cannot be told from a bug. A filter of the service that takes an error (and returns nothing) still settles it.
 */
@Catch()
export class OriginalErrorFilter implements RpcExceptionFilter<unknown> {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
