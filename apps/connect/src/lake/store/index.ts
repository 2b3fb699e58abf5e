/** Where the lake lies: a folder or a bucket, behind one port. */
export type { LakeStore, LakeWriter } from './lake-store.ts';
export { openLakeStore, wrongLakeUrl, type LakeLocation } from './open-store.ts';
