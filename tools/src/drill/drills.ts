import { anotherKafkaDrill } from './another-kafka/another-kafka-drill.ts';
import { bankDrill } from './bank/bank-drill.ts';
import { campaignDrill } from './campaign/campaign-drill.ts';
import { crashDrill } from './crash/crash-drill.ts';
import { containersDrill } from './containers/containers-drill.ts';
import { consumerDrill } from './consumer/consumer-drill.ts';
import { diskDrill } from './disk/disk-drill.ts';
import { eventStoreDrill } from './event-store/event-store-drill.ts';
import { exactlyOnceDrill } from './exactly-once/exactly-once-drill.ts';
import { captureDrill } from './replication/capture-drill.ts';
import { relayDrill } from './replication/relay-drill.ts';
import { fuzzDrill } from './fuzz/fuzz-drill.ts';
import { lakeDrill } from './lake/lake-drill.ts';
import { launchDayDrill } from './social/launch-day-drill.ts';
import { resumeDrill } from './resume/resume-drill.ts';
import { ridesDrill } from './rides/rides-drill.ts';
import type { Drill } from './drill.ts';

/** All drills, in the order of `--help`. */
export const drills: readonly Drill[] = [
  crashDrill,
  fuzzDrill,
  diskDrill,
  eventStoreDrill,
  relayDrill,
  captureDrill,
  consumerDrill,
  exactlyOnceDrill,
  lakeDrill,
  bankDrill,
  anotherKafkaDrill,
  containersDrill,
  resumeDrill,
  ridesDrill,
  campaignDrill,
  launchDayDrill,
];
