/** What handlers did, in PostgreSQL, and what must hold of it. */
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { promise } from '../violation.ts';
import { groups, type Group } from './drill-topic.ts';

export class CreateDrillTables1763800000000 implements MigrationInterface {
  readonly name = 'CreateDrillTables1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, grp text NOT NULL, key text NOT NULL, place int NOT NULL)',
    );
    await queryRunner.query('CREATE TABLE healed (key text PRIMARY KEY, through int NOT NULL)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE effects, healed');
  }
}

export class Effects {
  constructor(private readonly dataSource: DataSource) {}

  /** How many effects there are of keys that match the pattern (LIKE), by group. */
  async count(pattern: string): Promise<Record<Group, number>> {
    const rows = await this.dataSource.query<{ grp: Group; count: string }[]>(
      'SELECT grp, count(*) AS count FROM effects WHERE key LIKE $1 GROUP BY grp',
      [pattern],
    );
    const counts = Object.fromEntries(groups.map((group) => [group, 0])) as Record<Group, number>;
    for (const { grp, count } of rows) counts[grp] = Number(count);
    return counts;
  }

  /** A key's events up to here are well from now on. */
  async heal(key: string, through: number): Promise<void> {
    await this.dataSource.query(
      'INSERT INTO healed VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET through = GREATEST(healed.through, excluded.through)',
      [key, through],
    );
  }

  /** @throws Violation unless what is there of each key is a first part of its events, each once, in order. */
  async check(): Promise<void> {
    const [doubled] = await this.dataSource.query<{ grp: string; key: string; place: number }[]>(
      'SELECT grp, key, place FROM effects GROUP BY grp, key, place HAVING count(*) > 1 LIMIT 1',
    );
    promise(
      doubled === undefined,
      "every event's effect is there once",
      () => `${JSON.stringify(doubled)} is there twice`,
    );
    const [unordered] = await this.dataSource.query<{ grp: string; key: string; place: number }[]>(
      `SELECT grp, key, place FROM (
         SELECT grp, key, place, row_number() OVER (PARTITION BY grp, key ORDER BY id) - 1 AS turn FROM effects) numbered
       WHERE turn <> place LIMIT 1`,
    );
    promise(
      unordered === undefined,
      "a key's effects are in its order, without a gap",
      () => `${JSON.stringify(unordered)} came out of turn`,
    );
  }
}
