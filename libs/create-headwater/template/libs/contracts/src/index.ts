/** The platform's events and topics, generated from schemas/, and what contracts are made of. */
export * from '@headwater/contract-kit';
export * from './generated/index.ts';
