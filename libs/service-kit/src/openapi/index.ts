export { describeService, openApiLedger } from './ledger.ts';
