# Every target sets up what it needs by itself; the second time that costs a second.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench storm fmt db release e2e fuzz sqlx

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: Debian packages, the wasm target, npm packages (1 to 5 minutes once)
	@scripts/setup

run: ## set up, build, migrate, seed a demo, and serve it
	@scripts/run

check: ## formatting, lints, the committed SQL data, the gates (no server, no browser)
	@scripts/check

test: ## every test: Rust, then people's journeys in Chromium against a real server and a real mail server
	@scripts/test

e2e: ## the journeys in Chromium only; arguments for Playwright in ARGS="..."
	@scripts/e2e $(ARGS)

fuzz: ## random requests against the API's own description; any 5xx fails
	@scripts/fuzz

bench: ## what it carries: pages and bookings per second on this machine
	@scripts/bench

storm: ## 2,000 people for 200 places on three servers at the instant booking opens; prints how long answers took
	@scripts/storm

fmt: ## format Rust
	@cargo fmt --all

sqlx: ## renew the committed description of every SQL query
	@scripts/sqlx-prepare

db: ## start the private Postgres under .data/ and print its DATABASE_URL
	@scripts/db up

release: ## an optimised server with its site in dist/
	@scripts/release
