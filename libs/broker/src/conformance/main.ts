/**
 * `node libs/broker/dist/conformance/main.js`
 *
 *     [--check]   writes docs/conformance.md, docs/kafka-api.md and docs/broker-configuration.md, or says which of them differ and ends with 1
 *     random      random requests to this broker and to Apache Kafka; `random --help`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderDocuments } from './documents.ts';
import { runRandomCommand } from './random/command.ts';

const docs = path.resolve(import.meta.dirname, '../../../../docs');

function writeDocuments(isCheck: boolean): void {
  for (const [name, text] of renderDocuments()) {
    const file = path.join(docs, name);
    if (!isCheck) {
      writeFileSync(file, text);
      console.log(`written docs/${name}`);
    } else if (readFileSync(file, 'utf8') !== text) {
      console.error(
        `docs/${name} is not what the code says: run \`node libs/broker/dist/conformance/main.js\` and commit it`,
      );
      process.exitCode = 1;
    }
  }
}

const [command, ...args] = process.argv.slice(2);
if (command === 'random') process.exitCode = await runRandomCommand(args);
else writeDocuments(command === '--check');
