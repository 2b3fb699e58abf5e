/**
 * The life of a classic group, under the names that ListGroups and DescribeGroups give:
 *
 *     Empty ──join──> PreparingRebalance ──all joined──> CompletingRebalance ──leader's assignment──> Stable
 *       ^                   │  ^                                 │                                     │
 *       └───nobody joined───┘  └──────────── a member joins, changes, leaves or fails ─────────────────┘
 *
 * A group that was deleted, or never was, is described as Dead.
 */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

export const groupStates: readonly (GroupState | 'Dead')[] = [
  'Empty',
  'PreparingRebalance',
  'CompletingRebalance',
  'Stable',
  'Dead',
];
