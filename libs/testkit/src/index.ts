export * from './broker/index.ts';
export * from './postgres/index.ts';
