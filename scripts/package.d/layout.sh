# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # names are shared with common.sh
# Sourced by the scripts that turn a .tar.gz into a package of a distribution.
# Output: unpack_package, lay_out, changelog_items.

# Unpacks the .tar.gz $1, or that in target/ if it is empty, and sets:
#   unpacked   its content
#   platform   the platform it was built for
#   output     the directory for packages made of it
unpack_package() {
  local package=${1:-}
  if [ -z "$package" ]; then
    package=$(ls "target/backhaul-$version"-*.tar.gz 2>/dev/null | head -n 1)
    [ -n "$package" ] || fail "there is no package in target/; create one with: scripts/package"
  fi
  [ -f "$package" ] || fail "there is no package '$package'; create one with: scripts/package"
  output=$(cd "$(dirname "$package")" && pwd -P)
  unpacked=$work/unpacked
  mkdir "$unpacked"
  tar -xzpf "$package" -C "$unpacked" --strip-components 1
  platform=$(cat "$unpacked/lib/backhaul/platform")
  case $platform in
    linux-*) ;;
    *) fail "$package is for $platform; a .deb or .rpm is made of one for Linux" ;;
  esac
}

# Lays out the unpacked package below the directory $1 as distributions do. $2 is the directory for
# completions of zsh, $3 that for documentation.
lay_out() {
  local root=$1 zsh=$2 doc=$3 lib=$1/usr/lib/backhaul program file
  local linux=$unpacked/linux
  mkdir -p "$root"/usr/{lib,sbin,share} "$root/$doc"
  cp -a "$unpacked/lib/backhaul" "$lib"
  rm -f "$lib/LICENSE" "$lib/NOTICE" "$lib/bin/backhaul-uninstall"
  for program in zerotier-one zerotier-cli zerotier-idtool; do
    ln -s "../lib/backhaul/bin/$program" "$root/usr/sbin/$program"
  done
  cp -R "$linux/systemd" "$linux/sysusers.d" "$linux/NetworkManager" "$root/usr/lib/"
  mkdir -p "$root/usr/share/polkit-1"
  cp -R "$linux/polkit-1/rules.d" "$root/usr/share/polkit-1/"
  # The unit names the directory of install.sh.
  sed -i 's|/usr/local/lib/backhaul|/usr/lib/backhaul|g' "$root/usr/lib/systemd/system/zerotier-one.service"

  for file in "$unpacked"/man/*.[18]; do
    [ -e "$file" ] || continue
    mkdir -p "$root/usr/share/man/man${file##*.}"
    gzip -9nc "$file" >"$root/usr/share/man/man${file##*.}/$(basename "$file").gz"
  done
  if [ -d "$unpacked/completion" ]; then
    mkdir -p "$root"/usr/share/{bash-completion/completions,fish/vendor_completions.d} "$root/$zsh"
    cp "$unpacked"/completion/bash/* "$root/usr/share/bash-completion/completions/"
    cp "$unpacked"/completion/fish/* "$root/usr/share/fish/vendor_completions.d/"
    cp "$unpacked"/completion/zsh/* "$root/$zsh/"
  fi
  cp README.md docs/*.md "$root/$doc/"
  (cd "$root/$doc" && rm -f CONTRIBUTING.md architecture.md style.md testing.md)
  find "$root" -name 'zerotier-*' -path '*-completion/*' -exec chmod 644 {} +
}

# Prints the entries of CHANGELOG.md for this version, one a line.
changelog_items() {
  awk -v version="$version" '
    function item() { if (text) print text; text = "" }
    /^## / { item(); on = index($0, "## " version) == 1 || index($0, "## Unreleased") == 1; next }
    !on || /^#/ || /^$/ || /^ *\|/ { item(); next }
    /^- / { item(); text = substr($0, 3); next }
    text { sub(/^ +/, ""); text = text " " $0 }
    END { item() }' CHANGELOG.md
}
