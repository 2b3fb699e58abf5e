/**
 * What is published of this workspace: each package under libs/ and apps/ that is not private, staged as its users get it (no door to
 * sources, no development files, links that work) and packed by npm.
 */
export { checkStage } from './check-stage.ts';
export { pack, PackError, type PackedPackage } from './pack.ts';
export { publishablePackages, type PublishablePackage } from './publishable.ts';
export { stage, type Stage } from './stage.ts';
