import { defineConfig, integer } from '@headwater/service-kit';
import { defaultLimits, type ModelLimits } from '../model/index.ts';

/** What the model may hold, and how often its recommendations are published. */
export class ModelConfig extends defineConfig({
  modelMaxUsers: integer({
    default: defaultLimits.maxUsers,
    min: 100,
    max: 10_000_000,
    description: 'users that the model knows; beyond, those who have been away the longest are forgotten',
  }),
  modelMaxShows: integer({
    default: defaultLimits.maxShows,
    min: 10,
    max: 1_000_000,
    description: 'shows that the model knows; watches of further ones are not learned',
  }),
  modelMaxWatches: integer({
    default: defaultLimits.maxWatches,
    min: 1_000,
    max: 1_000_000_000,
    description: 'watches of all users together that the model holds',
  }),
  publishIntervalMs: integer({
    default: 1_000,
    min: 10,
    max: 3_600_000,
    description: 'milliseconds between two records of one user in the topic recommendations, at the least',
  }),
}) {
  get limits(): Partial<ModelLimits> {
    return { maxUsers: this.modelMaxUsers, maxShows: this.modelMaxShows, maxWatches: this.modelMaxWatches };
  }
}
