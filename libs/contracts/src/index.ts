/**
 * The platform's contracts: its events, their codecs, and its topics, generated from schemas/; and what they are made of, so that a
 * service needs one import.
 */
export * from '@headwater/contract-kit';
export * from './generated/index.ts';
