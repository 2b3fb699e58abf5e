import { describe, expect, it } from '@jest/globals';
import { type ConnectorPlugin } from '../worker/index.ts';
import { parseConnectorFile } from './connector-files.ts';
import { checkConfig, resolveReferences, withDefaults } from './index.ts';

const plugin: ConnectorPlugin = {
  name: 'spec',
  type: 'sink',
  version: '1',
  fields: [
    { name: 'where', type: 'STRING', documentation: 'required' },
    { name: 'size', type: 'INT', default: '5', min: 1, max: 9, documentation: 'a number' },
    { name: 'mode', type: 'STRING', default: 'a', values: ['a', 'b'], documentation: 'one of two' },
    { name: 'flag', type: 'BOOLEAN', optional: true, documentation: 'a flag' },
  ],
  allows: (name) => name.startsWith('more.'),
  validate: ({ where }) => (where === 'nowhere' ? [{ field: 'where', message: 'is nowhere' }] : []),
  taskConfigs: (config) => [config],
  createTask: () => ({ run: () => Promise.resolve() }),
  offsets: () => Promise.resolve([]),
};

const complaints = (config: Record<string, string>, environment = {}): string[] =>
  checkConfig(plugin, { 'connector.class': 'spec', ...config }, environment).map(
    ({ field, message }) => `${field} ${message}`,
  );

describe('a configuration', () => {
  it('is held against the fields of its plug-in, every wrong one named', () => {
    expect(complaints({ where: 'here', 'more.of.it': 'x' })).toEqual([]);
    expect(complaints({ size: '10', mode: 'c', flag: 'maybe', typo: '1', 'tasks.max': 'many' })).toEqual([
      'tasks.max must be a whole number from 1 to 1000, not many',
      'where is missing',
      'size must be a whole number from 1 to 9, not 10',
      'mode must be one of a, b, not c',
      'flag must be true or false, not maybe',
      'typo is no field of spec',
    ]);
    expect(complaints({ where: 'nowhere' })).toEqual(['where is nowhere']);
    expect(withDefaults(plugin, { where: 'here' })).toEqual({ 'tasks.max': '1', where: 'here', size: '5', mode: 'a' });
  });

  it('refers to the environment, which is asked when it is used', () => {
    const config = { where: 'http://${HOST_NAME}:${PORT_NUMBER}/${path}', other: '$HOME ${not-a-name}' };
    expect(resolveReferences(config, { HOST_NAME: 'h', PORT_NUMBER: '1', path: 'p' })).toEqual({
      config: { where: 'http://h:1/p', other: '$HOME ${not-a-name}' },
      problems: [],
    });
    expect(complaints({ where: '${ABSENT}', size: '${SIZE}' }, { SIZE: '7' })).toEqual([
      'where refers to ${ABSENT}, and the environment has no ABSENT',
    ]);
    expect(complaints({ where: 'x', size: '${SIZE}' }, { SIZE: '70' })).toEqual([
      'size must be a whole number from 1 to 9, not 70',
    ]);
    expect(complaints({ where: 'x', 'tasks.max': '${MANY}' }, { MANY: '2' })).toEqual([
      'tasks.max must be a number, not a reference',
    ]);
  });
});

describe('a connector file', () => {
  it('gives flat texts: nested names joined by points, lists by commas', () => {
    const text =
      'name: bank\nconfig:\n  tasks.max: 2\n  on: true\n  topics: [a, b]\n  tables:\n    public.t: { topic: x }\n';
    expect(parseConnectorFile('bank.yaml', text)).toEqual({
      file: 'bank.yaml',
      name: 'bank',
      config: { 'tasks.max': '2', on: 'true', topics: 'a,b', 'tables.public.t.topic': 'x' },
    });
  });

  it.each([
    ['config: {}', 'bank.yaml: name: is missing'],
    ['name: bank', 'bank.yaml: config: must be names and values'],
    ['name: bank\nconfig: {}\nmore: 1', 'bank.yaml: more: is no field of a connector'],
    ['name: bank\nconfig:\n  a:\n    b: null', 'bank.yaml: config.a.b: must be a text, a number, true or false'],
    ['- a list', 'bank.yaml: must have name and config'],
    ['name: [', 'bank.yaml: '],
  ])('that is wrong is refused with file and field: %j', (text, message) => {
    expect(() => parseConnectorFile('bank.yaml', text)).toThrow(message);
  });
});
