import { MemorySchemaLog, startRegistry } from '@headwater/schema-registry';

const registry = await startRegistry({ host: '127.0.0.1', port: 0, log: new MemorySchemaLog() });
const headers = { 'content-type': 'application/json' };
const post = async (path: string, body: object): Promise<unknown> =>
  (await fetch(`${registry.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
const order = (...fields: object[]) => ({ schema: JSON.stringify({ type: 'record', name: 'Order', fields }) });

console.log(await post('/subjects/orders-value/versions', order({ name: 'id', type: 'string' })));

// A reader of the new version could not read old orders: they have no amount.
const { message } = (await post(
  '/subjects/orders-value/versions',
  order({ name: 'id', type: 'string' }, { name: 'amount', type: 'int' }),
)) as { message: string };
console.log(/description:'(.*?)', additionalInfo/.exec(message)?.[1]);
await registry.close();
