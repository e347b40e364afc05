# Shared by every script: where things live, how to speak, how to be the postgres user when we are root.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
data="$root/.data"
mkdir -p "$data"

say() { printf '\033[1m▸ %s\033[0m\n' "$*" >&2; }
die() { printf '✗ %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Builds need no database: the queries' descriptions are committed (scripts/sqlx-prepare).
export SQLX_OFFLINE="${SQLX_OFFLINE:-true}"
target="${CARGO_TARGET_DIR:-$root/target}"

# Our own crates are compiled by clippy's driver, which is rustc that also lints. So linting, testing and running share
# every artefact; `cargo clippy` would type-check all dependencies a second time (four minutes on two cores).
lint_while_building() {
  local driver
  driver="$(rustc --print sysroot 2>/dev/null || true)/bin/clippy-driver"
  if [ -x "$driver" ]; then export RUSTC_WORKSPACE_WRAPPER="$driver"; fi
}
lint_while_building
# Set-up may have brought Rust along.
set_up() { "$root/scripts/setup" "$@" && lint_while_building; }

# Debian packages, only those that are missing, with sudo when we are an ordinary user.
apt_need() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing Debian packages: ${missing[*]} (1 to 3 minutes)"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || die "these packages are missing and there is no sudo: ${missing[*]}"
    as_root=(sudo -n)
  fi
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$data/apt.log" 2>&1 ||
    { tail -n 20 "$data/apt.log" >&2; die "apt-get failed; the whole log is in $data/apt.log"; }
}

# The Chromium that walks the site: the one named in CHROMIUM, or the lightest there is.
browser() {
  if [ -n "${CHROMIUM:-}" ]; then echo "$CHROMIUM"; return; fi
  command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome
}

# The npm packages of a directory's lock file, installed again only when that file changed.
npm_need() {
  local directory="$1" lock stamp
  lock=$(sha256sum <"$directory/package-lock.json")
  stamp="$directory/node_modules/.stamp"
  [ "$(cat "$stamp" 2>/dev/null)" = "$lock" ] && return 0
  have npm || die "npm is missing: scripts/setup installs it"
  say "Installing the npm packages of $directory/ (10 seconds to a minute)"
  (cd "$directory" && npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error) >"$data/npm.log" 2>&1 ||
    { tail -n 20 "$data/npm.log" >&2; die "npm ci failed in $directory"; }
  printf %s "$lock" >"$stamp"
}

# The database server to use: the one given by DATABASE_URL, or our private one, started if need be.
database_url() {
  if [ -n "${DATABASE_URL:-}" ]; then echo "$DATABASE_URL"; else "$root/scripts/db" up; fi
}

# The same server, another database: database_named <url> <name>
database_named() { printf '%s\n' "$1" | sed -E "s#^([a-z]+://[^/]+)(/[^?]*)?(\?.*)?\$#\1/$2\3#"; }

# A port of this machine that nobody listens on: free_port <first>
free_port() {
  local port
  for port in $(seq "$1" $(($1 + 100))); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  die "no free port between $1 and $(($1 + 100))"
}

# The Rust tests: rust_tests [--lib <package>]. Always of the whole workspace, since cargo gives dependencies the features
# that the selected packages want: another selection would build half of them again.
rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    # One more at a time than there are cores: each waits for Postgres now and then.
    cargo nextest run --locked --workspace --test-threads "$(($(nproc) + 1))" --no-fail-fast --status-level fail --final-status-level flaky --failure-output final \
      ${2:+-E "package($2) & kind(lib)"}
  elif [ $# -gt 0 ]; then
    cargo test --locked --workspace --lib --no-fail-fast --quiet
  else
    cargo test --locked --workspace --all-targets --no-fail-fast --quiet
  fi
}
