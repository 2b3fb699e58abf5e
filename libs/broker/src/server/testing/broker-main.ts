/** A broker as a process of its own, for tests that kill it. Prints its port when it serves. */
import { Broker } from '../broker.ts';
import type { BrokerOptions } from '../broker-options.ts';

const broker = await Broker.start(JSON.parse(process.argv[2]!) as BrokerOptions);
process.stdout.write(`${broker.port}\n`);
