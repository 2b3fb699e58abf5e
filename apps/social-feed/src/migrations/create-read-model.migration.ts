import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The read model. Events of a post come from three topics in any order, so likes, comments and totals refer to posts that may not be
 * there yet, and no foreign key ties them.
 */
export class CreateReadModel1763700000000 implements MigrationInterface {
  readonly name = 'CreateReadModel1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE posts (
        post_id         text        PRIMARY KEY,
        user_id         text        NOT NULL,
        author_name     text,
        title           text,
        text            text        NOT NULL,
        kind            text        NOT NULL,
        parent_post_id  text,
        source_url      text,
        published_at    timestamptz NOT NULL,
        deleted         boolean     NOT NULL DEFAULT false
      )`);
    await queryRunner.query(
      'CREATE INDEX posts_newest_first ON posts (published_at DESC, post_id DESC) WHERE NOT deleted',
    );
    await queryRunner.query('CREATE TABLE likes (post_id text, user_id text, PRIMARY KEY (post_id, user_id))');
    await queryRunner.query('CREATE TABLE comments (comment_id text PRIMARY KEY, post_id text NOT NULL)');
    // Totals change with every batch: room on each page keeps their new versions there, without touching an index.
    await queryRunner.query(`
      CREATE TABLE post_totals (
        post_id   text    PRIMARY KEY,
        likes     bigint  NOT NULL DEFAULT 0,
        comments  bigint  NOT NULL DEFAULT 0,
        revision  bigint  NOT NULL DEFAULT 0,
        changed   boolean NOT NULL DEFAULT true
      ) WITH (fillfactor = 50)`);
    await queryRunner.query('CREATE INDEX post_totals_changed ON post_totals (post_id) WHERE changed');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE post_totals, comments, likes, posts');
  }
}
