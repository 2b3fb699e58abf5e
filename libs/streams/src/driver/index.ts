/** A topology without a broker, for tests. */
export { TopologyDriver, type DriverOptions, type DriverRecord } from './topology-driver.ts';
