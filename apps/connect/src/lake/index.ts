/** The lake: files whose names say what is in them, where they lie, and SQL over them. */
export { countedOnce, resumptionOf, unclaimed, type Counted, type OffsetSpan, type Reading } from './coverage.ts';
export { LakeError } from './lake-error.ts';
export { dateOfDay, fileNameOf, nameableDay, pathOf, type LakeFile, type StoredFile } from './lake-file.ts';
export { openLakeStore, wrongLakeUrl, type LakeLocation, type LakeStore, type LakeWriter } from './store/index.ts';
export { LakeConfig } from './lake-config.ts';
export { LakeModule } from './lake.module.ts';
