/**
 * Asks every service what it has for operators: the outbox and the projections of libs/event-sourcing, the parked keys of
 * libs/messaging, a read model of its own. A service that has none answers 404.
 */
import { Injectable } from '@nestjs/common';
import type {
  OutboxView,
  ParkedKeyView,
  ProjectionView,
  ReadModelView,
  ServiceOperations,
} from './operations-state.ts';
import { ServiceDoor } from './service-door.ts';

const DOORS = {
  outbox: '/event-sourcing/outbox',
  projections: '/event-sourcing/projections',
  readModel: '/read-model',
  parkedKeys: '/messaging/parked-keys?limit=200',
} as const;

@Injectable()
export class OperationsReader {
  constructor(private readonly door: ServiceDoor) {}

  read(): Promise<ServiceOperations[]> {
    return Promise.all(this.door.services.map((service) => this.readOne(service)));
  }

  private async readOne(service: string): Promise<ServiceOperations> {
    const none = { service, problem: null, outbox: null, projections: null, readModel: null, parkedKeys: null };
    try {
      const [outbox, projections, readModel, parkedKeys] = await Promise.all(
        Object.values(DOORS).map((path) => this.door.get(service, path)),
      );
      return {
        ...none,
        outbox: outbox as OutboxView | null,
        projections: projections as readonly ProjectionView[] | null,
        readModel: readModel as ReadModelView | null,
        parkedKeys: parkedKeys as readonly ParkedKeyView[] | null,
      };
    } catch (error) {
      return { ...none, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
