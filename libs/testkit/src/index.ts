export * from './broker/index.ts';
