#!/usr/bin/env bash
# Installs the Debian packages that wscope needs and that are missing; quick when none is.
#
#   scripts/install_packages.sh           what building and running needs
#   scripts/install_packages.sh --tests   and what the tests and checks need
#   scripts/install_packages.sh --fuzz    what building and running the fuzz targets needs
#
# All chatter goes to stderr; stdin is left alone. Needs root or sudo only when something is missing.
set -euo pipefail

build=(g++ cmake ninja-build
  libwebsocketpp-dev libasio-dev libssl-dev zlib1g-dev libcli11-dev libtomlplusplus-dev libreadline-dev libfmt-dev
  nlohmann-json3-dev libre2-dev libidn2-dev libunistring-dev libexpected-dev ca-certificates)
tests=(doctest-dev clang-format openssl strace tmux valgrind python3
  python3-websockets node-ws python3-tornado python3-flask-socketio python3-eventlet
  python3-autobahn chromium-headless-shell python3-jsonschema node-har-validator daphne python3-django-channels nginx-light
  tinyproxy squid microsocks dante-server socat jq)

case "${1-}" in
  "") wanted=("${build[@]}") ;;
  --tests) wanted=("${build[@]}" "${tests[@]}") ;;
  --fuzz) wanted=("${build[@]}" clang libclang-rt-14-dev util-linux) ;;
  *)
    echo "usage: scripts/install_packages.sh [--tests|--fuzz]" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "scripts/install_packages.sh: no dpkg here; install the equivalents of: ${wanted[*]}" >&2
  exit 1
fi

installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' "${wanted[@]}" 2>/dev/null || true)"
missing=()
for package in "${wanted[@]}"; do
  [[ $installed == *" installed=$package "* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "scripts/install_packages.sh: missing packages, and neither root nor sudo to install them:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "installing: ${missing[*]}" >&2
# nginx and the proxies would start as services and take ports; the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
  "${as_root[@]}" chmod 755 $policy
  trap '"${as_root[@]}" rm -f $policy' EXIT
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update </dev/null >&2
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2
