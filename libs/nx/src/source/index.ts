/** Edits of TypeScript sources that somebody may have edited: what is there stays, and what is entered twice is entered once. */
export { SourceText } from './source-text.ts';
