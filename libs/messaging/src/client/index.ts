export * from './kafka-client.ts';
