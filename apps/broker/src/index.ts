/** The public door of the bundled broker and schema registry: start both in this process. */
export { startBroker, type RunningBroker, type StartBrokerOptions } from './start-broker.ts';
