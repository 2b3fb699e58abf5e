/** The public door of the platform: what starts a workspace of services, and of which parts it is made. */
export * from './launcher/index.ts';
