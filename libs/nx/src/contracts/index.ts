/** The contracts generator on a tree: what it would write to the workspace's disk is written into the tree. */
export { generateContracts } from './generate-contracts.ts';
