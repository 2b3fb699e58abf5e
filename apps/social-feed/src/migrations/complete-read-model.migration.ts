import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Edits, threads of comments, and who follows whom. What comments said was not kept until now: a database that has some is built anew
 * from the topics, while it goes on serving.
 */
export class CompleteReadModel1763800000000 implements MigrationInterface {
  readonly name = 'CompleteReadModel1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE posts ADD COLUMN edited_at timestamptz');
    await queryRunner.query(
      'CREATE INDEX posts_of_author ON posts (user_id, published_at DESC, post_id DESC) WHERE NOT deleted',
    );
    // A comment on the post itself has no parent: '' is one that no comment can have, and an index finds it.
    await queryRunner.query(`
      ALTER TABLE comments
        ADD COLUMN parent_comment_id  text        NOT NULL DEFAULT '',
        ADD COLUMN depth              int         NOT NULL DEFAULT 0,
        ADD COLUMN user_id            text        NOT NULL DEFAULT '',
        ADD COLUMN author_name        text,
        ADD COLUMN text               text        NOT NULL DEFAULT '',
        ADD COLUMN added_at           timestamptz NOT NULL DEFAULT 'epoch',
        ADD COLUMN edited_at          timestamptz,
        ADD COLUMN deleted            boolean     NOT NULL DEFAULT false,
        ADD COLUMN replies            int         NOT NULL DEFAULT 0`);
    await queryRunner.query(
      'CREATE INDEX comments_of_thread ON comments (post_id, parent_comment_id, added_at, comment_id)',
    );
    await queryRunner.query(
      'CREATE TABLE follows (user_id text, followed_id text, PRIMARY KEY (user_id, followed_id))',
    );
    await queryRunner.query('CREATE TABLE read_model (rebuild_wanted boolean NOT NULL, rebuilt_at timestamptz)');
    await queryRunner.query('INSERT INTO read_model (rebuild_wanted) SELECT EXISTS (SELECT FROM comments)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE read_model, follows');
    await queryRunner.query('DROP INDEX comments_of_thread, posts_of_author');
    await queryRunner.query(`
      ALTER TABLE comments
        DROP COLUMN parent_comment_id, DROP COLUMN depth, DROP COLUMN user_id, DROP COLUMN author_name, DROP COLUMN text,
        DROP COLUMN added_at, DROP COLUMN edited_at, DROP COLUMN deleted, DROP COLUMN replies`);
    await queryRunner.query('ALTER TABLE posts DROP COLUMN edited_at');
  }
}
