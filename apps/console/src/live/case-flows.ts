import { topics } from '@headwater/contracts';
import type { FlowNodeState, FlowState } from './live-state.ts';

type Topic = (typeof topics)[keyof typeof topics];

const topicNode = (...together: readonly Topic[]): FlowNodeState => ({
  kind: 'topics',
  label: together.map(({ name }) => name.replaceAll('_', ' ')).join(', '),
  topics: together.map(({ name }) => name),
});

const writer = (topic: Topic): FlowNodeState => ({ kind: 'service', name: topic.owner });
const reader = (name: string): FlowNodeState => ({ kind: 'service', name, group: name });

/** What goes into the lake, case by case. */
const CASE_TOPICS: readonly (readonly Topic[])[] = [
  [topics.posts, topics.likes, topics.comments],
  [topics.showPosition, topics.recommendations],
  [topics.bankTransactions, topics.userAlerts],
  [topics.rideEvents, topics.surgePricing],
  [topics.adImpressions, topics.adClicks],
];

/** The ways of the cases' events, by the contracts. */
export const caseFlows: readonly FlowState[] = [
  {
    page: '/social',
    steps: [
      { title: 'Commands', nodes: [writer(topics.posts)] },
      {
        title: 'Events',
        nodes: [topicNode(topics.posts), topicNode(topics.likes), topicNode(topics.comments, topics.follows)],
      },
      { title: 'Read model', nodes: [reader(topics.postsWithCounts.owner)] },
      { title: 'Published tables', nodes: [topicNode(topics.postsWithCounts), topicNode(topics.trendingPosts)] },
    ],
  },
  {
    page: '/movieflix',
    steps: [
      { title: 'Positions', nodes: [writer(topics.showPosition)] },
      { title: 'Table of positions', nodes: [topicNode(topics.showPosition)] },
      { title: 'Profiles and similarity', nodes: [reader(topics.recommendations.owner)] },
      { title: 'Published tables', nodes: [topicNode(topics.recommendations), topicNode(topics.shows)] },
    ],
  },
  {
    page: '/mybank',
    steps: [
      { title: 'The bank, in PostgreSQL', nodes: [{ kind: 'service', name: 'mybank-ledger' }] },
      { title: 'Change capture', nodes: [writer(topics.bankTransactions)] },
      { title: 'Committed rows', nodes: [topicNode(topics.bankTransactions)] },
      { title: 'Detection', nodes: [reader(topics.userAlerts.owner)] },
      { title: 'Published', nodes: [topicNode(topics.userAlerts), topicNode(topics.userSettings)] },
    ],
  },
  {
    page: '/city',
    steps: [
      { title: 'Positions and rides', nodes: [writer(topics.rideEvents)] },
      {
        title: 'Events',
        nodes: [topicNode(topics.taxiPosition), topicNode(topics.rideEvents), topicNode(topics.userPosition)],
      },
      { title: 'Surge and fares', nodes: [reader(topics.surgePricing.owner)] },
      { title: 'Published', nodes: [topicNode(topics.surgePricing), topicNode(topics.rideFares)] },
    ],
  },
  {
    page: '/campaigns',
    steps: [
      { title: 'Reports', nodes: [writer(topics.adImpressions)] },
      { title: 'Events', nodes: [topicNode(topics.adImpressions), topicNode(topics.adClicks)] },
      { title: 'Join and two-stage counts', nodes: [reader(topics.campaignPerformance.owner)] },
      { title: 'Published tables', nodes: [topicNode(topics.campaignPerformance), topicNode(topics.campaignSlices)] },
    ],
  },
  {
    page: '/lake',
    steps: [
      { title: 'Topics of every case', nodes: CASE_TOPICS.map((together) => topicNode(...together)) },
      { title: 'Parquet sink', nodes: [{ kind: 'service', name: 'connect', group: 'connect-' }] },
      { title: 'Lake', nodes: [{ kind: 'store', name: 'Parquet files', about: 'by topic and date' }] },
    ],
  },
];
