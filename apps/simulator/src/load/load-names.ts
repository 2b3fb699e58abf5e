/** The cases that can be put under synthetic load, as the command line names them. */
export const LOAD_NAMES = ['movieflix', 'mybank'] as const;

export type LoadName = (typeof LOAD_NAMES)[number];
