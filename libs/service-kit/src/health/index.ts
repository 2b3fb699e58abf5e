/** Liveness and readiness, to which libraries add their checks. */
export {
  HealthChecks,
  type HealthCheck,
  type HealthKind,
  type HealthReport,
  type HealthResult,
} from './health-checks.ts';
export { HealthController } from './health.controller.ts';
