/** Something that an operator should know. */
export interface StorageEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly error?: unknown;
}
