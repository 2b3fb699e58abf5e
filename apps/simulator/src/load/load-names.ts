/** The cases that can be put under synthetic load, as the command line names them, with what their rate counts. */
export const LOADS_ABOUT = {
  social: 'people like posts: likes a second',
  movieflix: 'people watch shows: positions a second',
  mybank: 'people pay: transactions a second',
  gettaxi: 'taxis drive through Manhattan (one for five users), riders ask for rides: positions and commands a second',
  campaign: 'advertisements are shown and clicked on: impressions and clicks a second',
} as const;

export type LoadName = keyof typeof LOADS_ABOUT;

export const LOAD_NAMES = Object.keys(LOADS_ABOUT) as readonly LoadName[];
