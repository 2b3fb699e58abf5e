/**
 * The launcher: PostgreSQL and the broker, then every service of the workspace, each a process with a ready line, a log and an
 * address that it keeps; stopped in the reverse order, and never left behind.
 */
export { launch } from './launch.ts';
export {
  addressVariableOf,
  BROKER,
  bundleOf,
  casesOf,
  POSTGRES_PORT,
  readServices,
  readSimulator,
  servicesOf,
  type ServicePart,
  type ServiceSection,
} from './parts.ts';
