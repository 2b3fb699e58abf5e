/** Cursor paging: opaque positions, pages with one surplus row. */
export { CursorCodec, type CursorFieldTypes, type CursorPosition } from './cursor.ts';
export { PageQuery, pageOf, type Page } from './page.ts';
