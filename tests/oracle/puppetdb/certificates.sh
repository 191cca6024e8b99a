#!/usr/bin/env bash
# Makes the certificates of tests/puppetdb.rs again: an authority, a server, a client and a foreign authority. The keys
# protect nothing.
set -euo pipefail
cd "$(dirname "$0")/../../../fixtures/puppetdb/tls"
days=36500
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days $days -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout "$1.key" -out "$1.pem"
}
signed() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days $days \
    -extfile <(echo "subjectAltName=$2") -out "$1.pem"
  rm "$1.csr"
}
authority ca 'authority of the tests'
authority foreign 'another authority'
signed server DNS:localhost
signed elsewhere DNS:puppetdb.example.net
signed client DNS:client.example.net
rm -f ca.key foreign.key ca.srl
