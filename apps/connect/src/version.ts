/** Of the worker and the connectors that it brings. */
export const VERSION = '0.1.0';
