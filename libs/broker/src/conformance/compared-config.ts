/** Configuration of both engines in the comparison: topics appear when they are created and keep records of 2023. */
export const COMPARED_CONFIG: Readonly<Record<string, string>> = {
  'node.id': '1',
  'auto.create.topics.enable': 'false',
  'controller.quorum.append.linger.ms': '0',
  'group.consumer.assignment.interval.ms': '0',
  'group.initial.rebalance.delay.ms': '0',
  'log.retention.ms': '-1',
};
