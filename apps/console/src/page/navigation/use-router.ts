import { getContext, setContext } from 'svelte';
import type { Router } from './router.svelte.ts';

const KEY = Symbol('router');

/** Makes the router known to all components below. */
export function provideRouter(router: Router): Router {
  return setContext(KEY, router);
}

/** The router of the component's page. */
export function useRouter(): Router {
  return getContext<Router>(KEY);
}
