/** Runs docs/guides/evolving-an-event.md on a broker and a registry of its own: `node tools/dist/guides/main.js`, after a build. */
import { Logger } from '@nestjs/common';
import { startBroker } from '@headwater/testkit';
import { runGuide } from './index.ts';

Logger.overrideLogger(['warn', 'error']);
const kafka = await startBroker({ flush: 'os' });
try {
  await runGuide(kafka, (step, text) => console.log(`\n# ${step}\n\n${text}`));
} finally {
  await kafka.close();
}
