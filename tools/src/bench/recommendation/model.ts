/** The model of movieflix-recommendation as its build has it: a service is no library, and what is measured is what runs. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const repositoryRoot = resolve(import.meta.dirname, '../../../..');

export interface BenchedWatch {
  readonly userId: string;
  readonly showId: string;
  readonly share: number;
  readonly finished: boolean;
  readonly atSeconds: number;
}

/** What the bench asks of the model; apps/movieflix-recommendation/src/model says what it means. */
export interface BenchedModel {
  readonly size: { readonly users: number; readonly shows: number; readonly watches: number; readonly bytes: number };
  describe(showId: string, facts: { title: string; year: number | null; genres: readonly string[] }): boolean;
  learn(watch: BenchedWatch): string;
  recommend(userId: string, count: number): readonly { readonly showId: string }[];
}

/** @throws when the service is not built. */
export async function createModel(): Promise<BenchedModel> {
  const file = resolve(repositoryRoot, 'apps/movieflix-recommendation/dist/model/index.js');
  const { RecommendationModel } = (await import(pathToFileURL(file).href)) as {
    readonly RecommendationModel: new () => BenchedModel;
  };
  return new RecommendationModel();
}
