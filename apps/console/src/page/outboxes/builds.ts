import type { ProjectionView, ReadModelView, ServiceOperations } from '../../operations/operations-state.ts';
import { formatCount } from '../format.ts';

/** A read model as the page shows it, whatever it is built from. */
export interface Build {
  readonly service: string;
  readonly name: string;
  readonly state: string;
  readonly tone: 'good' | 'warn' | 'bad';
  readonly about: string;
  readonly failure: string | null;
  readonly rebuiltAt: string | null;
  /** Null while none is under way. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly rebuildPath: string;
}

export function buildsOf({ service, projections, readModel }: ServiceOperations): Build[] {
  const built = (projections ?? []).map((projection) => projectionBuild(service, projection));
  return readModel === null ? built : [...built, readModelBuild(service, readModel)];
}

function projectionBuild(service: string, projection: ProjectionView): Build {
  const { name, version, behindEvents, failure, rebuild, rebuiltAt } = projection;
  const state = failure ? 'stands still' : rebuild ? 'is rebuilt' : behindEvents > 0 ? 'behind' : 'up to date';
  return {
    service,
    name,
    state,
    tone: failure ? 'bad' : state === 'up to date' ? 'good' : 'warn',
    about: `version ${version}${behindEvents > 0 ? `, ${formatCount(behindEvents)} events behind` : ''}`,
    failure: failure ? `event ${failure.eventId}: ${failure.reason}` : null,
    rebuiltAt: rebuiltAt ?? null,
    progress: rebuild ? { done: rebuild.events, total: rebuild.totalEvents } : null,
    rebuildPath: `/event-sourcing/projections/${encodeURIComponent(name)}/rebuild`,
  };
}

function readModelBuild(service: string, readModel: ReadModelView): Build {
  const { state, records, totalRecords, differentPosts, failure } = readModel;
  const words = { none: 'follows its topics', running: 'is rebuilt', done: 'rebuilt', failed: 'rebuild failed' };
  return {
    service,
    name: 'read model',
    state: words[state],
    tone: state === 'failed' ? 'bad' : state === 'running' ? 'warn' : 'good',
    about: differentPosts === null ? 'built from topics' : `${formatCount(differentPosts)} posts differed`,
    failure,
    rebuiltAt: null,
    progress: state === 'running' ? { done: records, total: totalRecords } : null,
    rebuildPath: '/read-model/rebuild',
  };
}
