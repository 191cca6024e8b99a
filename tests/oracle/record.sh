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

ruby -W0 tests/oracle/functions.rb
tests/oracle/in_trixie ruby -W0 tests/oracle/functions.rb
ruby -W0 tests/oracle/eval_cases.rb
RECORD=1 cargo test --test merges_judge recorded

ruby -W0 tests/oracle/conformance.rb
tests/oracle/in_trixie ruby -W0 tests/oracle/conformance.rb

ruby -W0 tests/oracle/restypes.rb >data/restypes.json.new && mv data/restypes.json.new data/restypes.json
RESTYPES_MODULEPATH=/usr/share/puppet/vendor_modules tests/oracle/in_trixie \
  ruby -W0 tests/oracle/restypes.rb --add data/restypes.json

graphs() { # name, module path, flags and files
  local name=$1 path=$2
  shift 2
  GRAPH_MODULEPATH=$path ruby -W0 tests/oracle/graph.rb "$@" >"fixtures/graph/answers/$name.json"
}

graphs cases "" fixtures/graph/cases/*.pp
graphs control-repo "$PWD/fixtures/control-repo/modules:$PWD/fixtures/control-repo/site" \
  --brief fixtures/catalogs/control-repo/*.json
graphs debian-repo "$PWD/tests/debian-repo/modules:$PWD/tests/debian-repo/site" \
  --brief fixtures/catalogs/debian-repo/*.json
