/**
 * Given, when, then: tests that read like the rules they check.
 *
 * A decider is checked as the pure functions it is. A projection runs its own SQL on a real PostgreSQL, in a schema that is gone
 * afterwards. A consumer runs as it is deployed, on a real broker; messages go in and out by contract. Failures are assertion
 * errors that show what was expected beside what was found, in any test runner.
 */
export { specifyConsumer, type ConsumerSpecification, type ConsumerToSpecify, type GivenMessage } from './consumer.ts';
export { message } from './consumer.ts';
export { specifyDecider, type DeciderSpecification, type Refusal } from './decider.ts';
export { event, specifyProjection, type ProjectionSpecification, type StreamedEvent } from './projection.ts';
