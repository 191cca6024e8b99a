#!/usr/bin/env bash
# Re-makes the recorded answers of the real Puppet under fixtures/: run it after a change of a control repo or of
# the harness, and review the difference like code. Needs Debian's puppet-agent, hiera-eyaml and puppet-module-*.
set -euo pipefail
cd "$(dirname "$0")/../.."

record() { # repo, name, flags
  local repo=$1 name=$2 fresh
  shift 2
  fresh=$(mktemp -d)
  ruby -W0 tests/oracle/catalog.rb --repo "$repo" --out "$fresh" "$@"
  rm -rf "fixtures/catalogs/$name"
  mkdir -p "fixtures/catalogs/$name"
  cp "$fresh"/*.json "fixtures/catalogs/$name/"
  rm -r "$fresh"
}

record fixtures/control-repo control-repo
# Modules of the days of Puppet 3 and 4: they read variables nobody set and call deprecated functions.
record tests/debian-repo debian-repo --strict warning --strict-variables false

ruby -W0 tests/oracle/eval_cases.rb

ruby -W0 tests/oracle/conformance.rb
tests/oracle/in_trixie ruby -W0 tests/oracle/conformance.rb
