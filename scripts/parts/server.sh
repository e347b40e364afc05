# Sourced after lib.sh by whoever walks, fuzzes or measures: builds server and site, and names them for end2end/stack.
npm_need end2end
DATABASE_URL=$(database_url)
say "Building the server and the site (nothing to do if make check has just run)"
cargo build --locked --quiet --workspace --bins ${E2E_PROFILE:+--profile "$E2E_PROFILE"}
# A copy: several checkouts may share one target directory, and a build meanwhile must not pull the binary away.
mkdir -p "$data/e2e"
cp -f "$target/${E2E_PROFILE:-debug}/server" "$data/e2e/server"
scripts/build-site
E2E_SERVER="$data/e2e/server" E2E_SITE="$root/site"
# The newest there is: it reads a server of its own age and of any before.
E2E_PG_DUMP="$(scripts/db bin 2>/dev/null || true)"
E2E_PG_DUMP="${E2E_PG_DUMP:+$E2E_PG_DUMP/}pg_dump"
export DATABASE_URL E2E_SERVER E2E_SITE E2E_PG_DUMP
