# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # variables are for the scripts that source this file
# Sourced by the scripts of this directory. Output:
#   tree       the checkout, which is also the working directory
#   version    the version of Backhaul, from pom.xml
#   epoch      the time of the last commit in seconds; SOURCE_DATE_EPOCH overrides it
#   iso_time   the same time for touch -d
#   fail, need_programs

export LC_ALL=C TZ=UTC0
umask 022

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$tree" || exit 1

fail() {
  echo "scripts/${0##*scripts/}: $*" >&2
  exit 1
}

# Fails unless each program is installed. $1 is the list of Debian packages to install.
need_programs() {
  local packages=$1 program
  shift
  for program in "$@"; do
    command -v "$program" >/dev/null || fail "$program is missing: apt-get install $packages"
  done
}

version=$(sed -n 's|.*<revision>\(.*\)</revision>.*|\1|p' pom.xml)
[ -n "$version" ] || fail "pom.xml has no property revision, which is the version"

# A file of an archive of the sources, without git, has the fixed time of the jars.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH=$epoch
iso_time=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$epoch" +%Y-%m-%dT%H:%M:%SZ)

# Gives everything below a directory the time of the commit, which packages of one commit have in common.
set_times() { find "$1" -exec touch -h -d "$iso_time" {} +; }
