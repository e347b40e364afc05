-- A probe that is taken out of use makes room for another of the same place and kind, under the same code: what the first one said
-- stays its own. Without this a tank whose probe was exchanged could be watched no more.
alter table telemetry_channel drop constraint telemetry_channel_code;
create unique index telemetry_channel_code on telemetry_channel (code) where until is null;
