#!/bin/sh
# What the tests need beside `make setup`: two browsers to drive, PostgreSQL and three web servers, which the tests start
# themselves, and what the examples of the docs use.
set -eu

has_chromium() { command -v chromium >/dev/null; }
has_firefox() { command -v firefox-esr >/dev/null || command -v firefox >/dev/null; }
has_postgres() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

has() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

packages=''
has_chromium || packages="chromium fonts-liberation"
has_firefox || packages="$packages firefox-esr"
has_postgres || packages="$packages postgresql"
has nginx || packages="$packages nginx"
has varnishd || packages="$packages varnish"
has caddy || packages="$packages caddy"
command -v curl >/dev/null || packages="$packages curl"
command -v openssl >/dev/null || packages="$packages openssl"
[ -n "$packages" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "the tests need these Debian packages, or the same by other means (chromium, firefox, initdb, nginx, varnishd, caddy, curl, openssl): $packages" >&2
  exit 1
fi
if ! has_postgres && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  # No server of the system's own: each test that wants one makes it in a folder of its own.
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
fi
if [ ! -e /usr/sbin/policy-rc.d ]; then
  # Nor are the web servers to start on their own.
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $packages
