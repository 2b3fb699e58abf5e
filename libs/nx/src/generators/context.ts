import { type ServiceFacts } from '../workspace/index.ts';

/** The context in which a service writes its events: the case that it is started with, or what its name begins with. */
export const contextOf = ({ name, section }: ServiceFacts): string => section.cases?.[0] ?? name.split('-')[0]!;
