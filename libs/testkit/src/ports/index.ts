/** Ports for servers that end and come back under the same address. */
export { freePorts } from './free-ports.ts';
