/**
 * What the workspace is, read from it: services, topics, names, ports, versions; and the files that list services, as text with
 * one service in it more or less. Nothing here asks which kind of workspace it is: what is there is edited.
 */
export { updateLists } from './service-lists.ts';
export {
  addSubscriber,
  addTopic,
  addTopicEvent,
  removeSubscriber,
  removeTopicEvent,
  removeTopics,
} from './topics-text.ts';
export { Workspace, type Manifest, type ServiceFacts, type ServiceSection, type TopicFacts } from './workspace.ts';
