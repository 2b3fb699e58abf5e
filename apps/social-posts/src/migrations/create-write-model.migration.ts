import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The table of this service beside those of its tools. */
export class CreateWriteModel1763700000000 implements MigrationInterface {
  readonly name = 'CreateWriteModel1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE posts (
        post_id  text    PRIMARY KEY,
        user_id  text    NOT NULL,
        deleted  boolean NOT NULL,
        version  bigint  NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE posts');
  }
}
