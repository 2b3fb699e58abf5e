export { deadLetterSetup, TopicSetup } from './topic-setup.ts';
