import type { InjectionToken, ModuleMetadata } from '@nestjs/common';

/** Where a module gets what it works with: made by a factory, of what Nest injects. */
export interface PartsSource<Parts> {
  /** Modules that bring what is injected; global ones need not be named. */
  readonly imports?: ModuleMetadata['imports'];
  /** Tokens that `useFactory` is called with. */
  readonly inject?: readonly InjectionToken[];
  /** Called with what `inject` names. */
  readonly useFactory: (...injected: never[]) => Parts;
}
