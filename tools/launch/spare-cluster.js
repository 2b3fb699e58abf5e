/**
 * Makes the cluster of PostgreSQL that the first start of the demo takes over, instead of an initdb of its own: a step of the build.
 *
 *     node tools/launch/spare-cluster.js
 */
import path from 'node:path';
import { makeSpareCluster, PostgresError } from '@headwater/testkit/postgres';
import { root, spareCluster } from './setup.js';

try {
  await makeSpareCluster(path.join(root, spareCluster));
} catch (error) {
  // A start may have a server of its own (DATABASE_URL); one that has not says this, too.
  if (!(error instanceof PostgresError)) throw error;
}
