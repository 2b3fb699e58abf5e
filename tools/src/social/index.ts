/** MySocialMedia as processes, and the load of its launch day, for its drill and its benchmark. */
export { askSocial, LikeSender, publishPosts, type SentLike } from './social-client.ts';
export { LaunchLikes } from './launch-likes.ts';
export { SocialStage, socialParts, type SocialPart } from './social-stage.ts';
