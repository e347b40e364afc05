-- Operators see which machines are still in use before they end one; and a name is free again once its client has ended,
-- so that a machine whose secret leaked is replaced under the name everybody knows it by.
alter table api_client add column last_used_at timestamptz;
alter table api_client drop constraint api_client_name_once;
create unique index api_client_name_once on api_client (name) where revoked_at is null;
