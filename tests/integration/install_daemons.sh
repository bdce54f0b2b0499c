#!/usr/bin/env bash
# Installs real daemons from Debian without starting any of them: the tests start their own copies
# on loopback addresses.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/setup.sh"
[ "$(id -u)" -eq 0 ] || { echo "installing daemons needs root" >&2; exit 3; }

# invoke-rc.d(8) asks this file; 101 = forbidden. Whatever stood there before comes back.
policy=/usr/sbin/policy-rc.d
saved=$(mktemp -d)
[ ! -e "$policy" ] || mv "$policy" "$saved/"
restore() { rm -f "$policy"; [ ! -e "$saved/policy-rc.d" ] || mv "$saved/policy-rc.d" "$policy"; rmdir "$saved"; }
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod +x "$policy"
install_packages "$here/daemons.txt"
