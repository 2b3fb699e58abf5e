/** The Nest module that runs topologies in a service. */
export { Streams } from './streams.ts';
export { StreamsModule, type StreamsAsyncOptions, type StreamsModuleOptions } from './streams.module.ts';
