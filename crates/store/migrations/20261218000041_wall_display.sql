-- Displays on which the wall board hangs: each is brought in once by a short-lived code, proves itself by a key of which only the hash
-- stands here, and sees the board and nothing else until it is revoked. Nobody signs in on a wall.

create table wall_display (
  id              uuid primary key,
  name            text not null constraint wall_display_name check (char_length(name) between 1 and 40), -- 东墙 1 号屏
  place           text not null constraint wall_display_place check (char_length(place) between 1 and 60),
  code_hash       bytea not null constraint wall_display_code_once unique,
  code_expires_at timestamptz not null,
  token_hash      bytea constraint wall_display_token_once unique,
  created_at      timestamptz not null,
  created_by      uuid not null,
  paired_at       timestamptz,
  seen_at         timestamptz, -- to a minute
  revoked_at      timestamptz,
  revoked_by      uuid,
  constraint wall_display_paired check ((paired_at is null) = (token_hash is null)),
  constraint wall_display_revoked check ((revoked_at is null) = (revoked_by is null))
);

grant select, insert on wall_display to cb_app;
grant update (token_hash, paired_at, seen_at, revoked_at, revoked_by) on wall_display to cb_app;
