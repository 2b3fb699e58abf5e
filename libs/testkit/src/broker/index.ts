/** The bundled broker and schema registry for tests: `await using kafka = await startBroker()`. */
export { startBroker, type RunningBroker, type StartBrokerOptions } from '@headwater/broker';
