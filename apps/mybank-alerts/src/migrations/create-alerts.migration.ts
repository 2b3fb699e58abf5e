import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The tables of this service beside the event store and the outbox.
 *
 *     thresholds          one row for each time in which a threshold is, or was, in force; those of one account never overlap
 *     alerts              numbered for each user without a gap, in order of commit: the number is a reader's place
 *     alert_heads         the last number of each user; its row's lock is what numbers alerts one after another
 *     channels            where a user wants to be told, how far they were told there, and how the telling fares
 *     dead_notifications  what could not be told
 */
export class CreateAlerts1763700000000 implements MigrationInterface {
  readonly name = 'CreateAlerts1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE thresholds (
        threshold_id    text           PRIMARY KEY,
        user_id         text           NOT NULL,
        account_id      text           NOT NULL,
        amount          numeric(18, 2) NOT NULL,
        currency        text           NOT NULL,
        in_force_from   timestamptz    NOT NULL,
        in_force_until  timestamptz    CHECK (in_force_until >= in_force_from),
        version         bigint         NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX thresholds_of_account ON thresholds (account_id, in_force_from)');
    await queryRunner.query('CREATE INDEX thresholds_of_user ON thresholds (user_id, account_id, in_force_from)');
    await queryRunner.query(
      'CREATE TABLE alert_heads (user_id text PRIMARY KEY, last_number bigint NOT NULL DEFAULT 0)',
    );
    await queryRunner.query(`
      CREATE TABLE alerts (
        user_id           text           NOT NULL,
        number            bigint         NOT NULL,
        alert_id          uuid           NOT NULL,
        account_id        text           NOT NULL,
        transaction_id    text           NOT NULL,
        amount            numeric(18, 2) NOT NULL,
        currency          text           NOT NULL,
        counterparty      text           NOT NULL,
        description       text           NOT NULL,
        booked_at         timestamptz    NOT NULL,
        threshold_id      text           NOT NULL,
        threshold_amount  numeric(18, 2) NOT NULL,
        detected_at       timestamptz    NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (user_id, number),
        CONSTRAINT alerts_once UNIQUE (transaction_id, account_id)
      )`);
    await queryRunner.query(`
      CREATE TABLE channels (
        user_id            text        NOT NULL,
        kind               text        NOT NULL CHECK (kind IN ('webhook', 'email')),
        target             text        NOT NULL,
        secret             text,
        told               bigint      NOT NULL,
        telling            bigint,
        pending            boolean     NOT NULL DEFAULT false,
        over_limit         boolean     NOT NULL DEFAULT false,
        window_started_at  timestamptz NOT NULL DEFAULT 'epoch',
        sent               integer     NOT NULL DEFAULT 0,
        attempts           integer     NOT NULL DEFAULT 0,
        due_at             timestamptz NOT NULL DEFAULT clock_timestamp(),
        lease              uuid,
        last_error         text,
        PRIMARY KEY (user_id, kind)
      ) WITH (fillfactor = 50)`);
    await queryRunner.query('CREATE INDEX channels_pending ON channels (due_at) WHERE pending');
    await queryRunner.query(`
      CREATE TABLE dead_notifications (
        notification_id  uuid        PRIMARY KEY,
        user_id          text        NOT NULL,
        kind             text        NOT NULL,
        first_number     bigint      NOT NULL,
        last_number      bigint      NOT NULL,
        attempts         integer     NOT NULL,
        error            text        NOT NULL,
        died_at          timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await queryRunner.query('CREATE INDEX dead_notifications_of_user ON dead_notifications (user_id, died_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE dead_notifications, channels, alerts, alert_heads, thresholds');
  }
}
