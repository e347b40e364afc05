-- The server connects as a member of cb_app and never owns what it touches; the audit trail can only grow.
do $$
declare wanted text;
begin
  foreach wanted in array array['cb_app', 'cb_auditor'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin', wanted);
      end if;
    exception when duplicate_object or unique_violation then null; -- another database of this cluster was faster
    end;
  end loop;
end $$;

-- Data keys of the envelope encryption, wrapped by the master key of the configuration.
create table data_key (
  version     integer primary key,
  algorithm   text not null,
  wrapped     bytea not null,
  created_at  timestamptz not null,
  retired_at  timestamptz
);

-- Signing keys (passes, access tokens, audit heads); the public half is published as JWKS until it expires.
create table signing_key (
  kid              text primary key,
  algorithm        text not null check (algorithm in ('EdDSA')),
  public_key       bytea not null,
  wrapped_private  bytea not null,
  created_at       timestamptz not null,
  retired_at       timestamptz
);
