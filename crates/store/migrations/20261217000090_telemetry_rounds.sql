-- An alarm that becomes loud again, after a mute has run out, is told again from the first rung: each time has a ladder of its own.

alter table telemetry_rung add column round smallint not null default 1 constraint telemetry_rung_round check (round > 0);
alter table telemetry_rung drop constraint telemetry_rung_pkey, add primary key (alarm_id, round, rung);

alter table telemetry_notice add column round smallint not null default 1 constraint telemetry_notice_round check (round > 0);
alter table telemetry_notice drop constraint telemetry_notice_pkey, add primary key (alarm_id, round, rung, account_id);
