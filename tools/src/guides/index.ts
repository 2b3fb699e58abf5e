/** Guides that run: what docs/guides shows is what these programs print, and a test holds the two together. */
export { runGuide } from './evolving-an-event.ts';
export type { GuideKafka } from './order-service.ts';
