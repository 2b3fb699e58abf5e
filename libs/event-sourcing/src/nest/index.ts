/** What the Nest modules of this library have in common. */
export { type PartsSource } from './parts-source.ts';
