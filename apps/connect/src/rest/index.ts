/** The REST interface: paths, shapes and codes of Kafka Connect's. */
export { ConnectorController } from './connector.controller.ts';
export { ConnectorPluginController, ENVIRONMENT } from './connector-plugin.controller.ts';
export { Connectors } from './connectors.ts';
export { ForwardToLeader } from './forward-to-leader.ts';
export { RootController } from './root.controller.ts';
