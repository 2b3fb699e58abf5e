/** Ports for servers that end and come back under the same address. */
export { freePorts, namedPorts } from './free-ports.ts';
