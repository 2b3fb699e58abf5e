/** What Kafka's performance tools print. */

/**
 * Records a second from the last line of ProducerPerformance: `2000000 records sent, 799041.9 records/sec (76.20 MB/sec), …`.
 *
 * @throws when it did not send them all.
 */
export function producedPerSecond(output: string, records: number): number {
  const line = output.trim().split('\n').at(-1) ?? '';
  const match = /^(\d+) records sent, ([\d.]+) records\/sec/.exec(line);
  if (!match || Number(match[1]) !== records) throw new Error(`ProducerPerformance did not send ${records}: '${line}'`);
  return Number(match[2]);
}

/**
 * Records a second while fetching, from the line of ConsumerPerformance: start time, end time, MB, MB/s, records, records/s,
 * milliseconds of rebalancing, milliseconds of fetching, MB/s and records/s of these.
 *
 * @throws when it did not get them all.
 */
export function consumedPerSecond(output: string, records: number): number {
  const line = output.trim().split('\n').at(-1) ?? '';
  const fields = line.split(',').map((field) => field.trim());
  if (fields.length !== 10 || !(Number(fields[4]) >= records))
    throw new Error(`ConsumerPerformance did not get ${records}: '${line}'`);
  return Number(fields[9]);
}
