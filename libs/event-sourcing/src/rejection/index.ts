/** How a publisher says that a record can never be published. */
export { RecordRejectedError } from './record-rejected-error.ts';
