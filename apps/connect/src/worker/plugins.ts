/** The kinds of connectors that this worker knows, and what follows from a definition for each of them. */
import { withDefaults } from '../configuration/index.ts';
import { type Definition } from '../storage/index.ts';
import { ConnectorError, type ConnectorConfig, type ConnectorPlugin } from './connector.ts';

export class Plugins {
  private readonly byName: ReadonlyMap<string, ConnectorPlugin>;

  constructor(plugins: readonly ConnectorPlugin[]) {
    this.byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  }

  all(): ConnectorPlugin[] {
    return [...this.byName.values()];
  }

  find(name: string | undefined): ConnectorPlugin | undefined {
    return this.byName.get(name ?? '');
  }

  /** @throws ConnectorError when no plug-in has the class. */
  of(properties: ConnectorConfig): ConnectorPlugin {
    const name = properties['connector.class'];
    const plugin = this.find(name);
    if (plugin) return plugin;
    const known = [...this.byName.keys()].join(', ');
    throw new ConnectorError(
      'CLASS_UNKNOWN',
      name === undefined
        ? 'connector.class is missing'
        : `connector.class ${name} is not known here; known are ${known}`,
      false,
    );
  }

  /** The configurations of a connector's tasks; of none while it is STOPPED. @throws when there can be none */
  taskConfigs({ properties, target }: Definition): readonly ConnectorConfig[] {
    if (target === 'STOPPED') return [];
    const plugin = this.of(properties);
    const config = withDefaults(plugin, properties);
    return plugin.taskConfigs(config, Number(config['tasks.max']));
  }
}
