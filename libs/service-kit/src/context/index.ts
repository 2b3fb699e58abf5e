/** What a part of a service may know of, and ask from, the process that it runs in. */
export { SERVICE_CONTEXT, type ServiceContext } from './service-context.ts';
