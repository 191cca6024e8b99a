# The two commands of a new user are `make demo` and `make test`; `make check` is what a change has to pass.

DEMO := target/demo
CARGO ?= cargo

.PHONY: demo test check bench oracles soak record puppetdb

# Builds, converts the fixture's six nodes into target/demo/, prints the score and where to look.
demo:
	@$(CARGO) build
	@rm -rf $(DEMO)
	@$(CARGO) run --quiet -- convert fixtures/control-repo --out $(DEMO) \
	  --facts fixtures/control-repo/facts --enc fixtures/control-repo/enc --trusted fixtures/control-repo/trusted \
	  --color never

# All tests. A judge that is not installed is printed as skipped (and is an error with CI=true): `make oracles`.
test:
	$(CARGO) test

# Format, lints, tests and documentation, with warnings denied.
check:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) test
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps

bench:
	$(CARGO) bench

# Installs the judges on Debian: real Puppet with real modules, Nix, and what the pilot rig needs.
oracles:
	.ci/oracles

# Hours instead of minutes: many fresh seeds for the judges that take one.
soak:
	MIGRATE_SOAK=1 $(CARGO) test --quiet --test kill
	for seed in $$(seq 1 20); do SEED=$$RANDOM$$seed $(CARGO) test --quiet --test yaml --test parse_judge || exit 1; done

# Asks the real Puppet with a real PuppetDB, which it starts on loopback; RECORD=1 keeps their answers.
puppetdb:
	@for package in puppetdb postgresql puppet-terminus-puppetdb puppet-agent; do \
	  dpkg -s $$package >/dev/null 2>&1 || { echo "install $$package first"; exit 1; }; done
	$(CARGO) test --test exported real_puppetdb -- --ignored

# Makes the recorded answers of the real Puppet again; review the difference like code.
record:
	tests/oracle/record.sh
	RECORD=1 $(CARGO) test --quiet --test yaml recorded
