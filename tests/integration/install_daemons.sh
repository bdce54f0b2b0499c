#!/usr/bin/env bash
# Installs the daemons of real_daemons*.toml from Debian, beside this machine and not on it: into layers
# (overlay file systems over /etc, /opt, /root, /srv, /usr, /var) below build/daemons. The machine keeps its packages, its
# accounts and its services; deleting the directory removes all of it. Packages that exclude each
# other (mail servers, FTP servers) stand in layers of their own.
#   install_daemons.sh [--layers DIR]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
layers=$here/../../build/daemons
[ "${1:-}" != --layers ] || layers=$2
[ "$(id -u)" -eq 0 ] || { echo "installing daemons needs root" >&2; exit 3; }
mkdir -p "$layers"
layers=$(cd "$layers" && pwd)

# In a mount namespace of its own that shows the layer $1 over the machine, writable.
in_layer() {
  local layer=$layers/$1
  shift
  unshare --mount --uts --propagation private bash -euc '
    layer=$1; shift
    for top in etc opt root srv usr var; do
      mkdir -p "$layer/$top" "$layer/.work/$top" "/$top"
      mount -t overlay overlay -o "lowerdir=/$top,upperdir=$layer/$top,workdir=$layer/.work/$top" "/$top"
    done
    mount -t tmpfs tmpfs /run
    # Some packages want a full name of the host.
    echo daemons.example.test >/proc/sys/kernel/hostname
    echo "127.0.1.1 daemons.example.test daemons" >>/etc/hosts
    exec "$@"' layer "$layer" "$@"
}

# Nothing that a package brings is started: invoke-rc.d(8) asks this file, 101 = forbidden. It stands in the layer alone.
install_script='
  printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
  dpkg --configure -a >/dev/null  # of a machine that was left half way
  apt-get update -qq
  known=$(apt-cache pkgnames)
  wanted=()
  for package in "$@"; do
    if grep -qxF "$package" <<<"$known"; then wanted+=("$package")
    else echo "NOT IN THE ARCHIVE: $package" >&2; fi
  done
  # A package whose script fails is told, and the rest goes on: the test says which daemons it skips for that.
  apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "${wanted[@]}" >/var/log/install.log 2>&1 ||
    { tail -n 20 /var/log/install.log >&2; dpkg --configure -a >>/var/log/install.log 2>&1 || true; }
  missing=0
  for package in "$@"; do
    dpkg-query -W -f="\${Status}" "$package" 2>/dev/null | grep -q "install ok installed" ||
      { echo "NOT INSTALLED: $package" >&2; missing=$((missing + 1)); }
  done
  [ $((missing * 10)) -le $# ]  # more than a tenth: the archive is out of reach, nothing to keep
  apt-get clean'

# A layer is whole where its stamp names what stands in it and the machine below is the same as then.
below=$(sha256sum </var/lib/dpkg/status | cut -c1-16)
python3 "$here/real_daemons_list.py" --packages | while read -r layer packages; do
  stamp="$below $packages"
  [ "$(cat "$layers/$layer.stamp" 2>/dev/null)" != "$stamp" ] || continue
  rm -rf "${layers:?}/$layer" "$layers/$layer.stamp"
  mkdir -p "$layers/$layer"
  echo "installing into the layer $layer: $packages" >&2
  # shellcheck disable=SC2086  # a list of words
  in_layer "$layer" bash -euc "$install_script" install $packages </dev/null
  echo "$stamp" >"$layers/$layer.stamp"
done
