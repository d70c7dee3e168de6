#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the package that contains this file, or upgrades an installation:
#   /usr/local/lib/backhaul      programs, their libraries and their Java runtime
#   /usr/sbin/zerotier-one, zerotier-cli, zerotier-idtool    links to them (macOS: /usr/local/bin)
#   a systemd or launchd service, which is started
# The home directory /var/lib/zerotier-one of a reference installation is used as it is.
set -eu

package=$(cd "$(dirname "$0")" && pwd -P)
prefix=/usr/local/lib/backhaul
programs="zerotier-one zerotier-cli zerotier-idtool"

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || fail "root is required: sudo $0"
"$package/lib/backhaul/runtime/bin/java" -version >/dev/null 2>&1 ||
  fail "the Java runtime of this package does not run here; it was built for $(cat "$package/lib/backhaul/platform"), this is $(uname -sm)"

case $(uname -s) in
  Darwin)
    links=/usr/local/bin
    home="/Library/Application Support/ZeroTier/One"
    ;;
  *)
    links=/usr/sbin
    home=/var/lib/zerotier-one
    ;;
esac

for program in $programs; do
  case $(readlink "$links/$program" 2>/dev/null || true) in
    "$prefix"/*) ;;
    *)
      [ ! -e "$links/$program" ] ||
        fail "$links/$program belongs to another installation: remove it first (apt-get remove zerotier-one; $home stays), then run this again"
      ;;
  esac
done

if [ "$(uname -s)" = Linux ]; then
  # The same user as in the reference's packages, so that both can use the home directory.
  getent group zerotier-one >/dev/null || groupadd --system zerotier-one
  getent passwd zerotier-one >/dev/null ||
    useradd --system --gid zerotier-one --home-dir "$home" --no-create-home --shell /usr/sbin/nologin zerotier-one
  mkdir -p "$home"
  chown -R zerotier-one:zerotier-one "$home"
fi

# Preserves modification times: the ahead-of-time caches are valid only for the files they were made with.
rm -rf "$prefix.new"
mkdir -p "${prefix%/*}" "$links"
cp -pR "$package/lib/backhaul" "$prefix.new"
cp -p "$package/uninstall.sh" "$prefix.new/bin/backhaul-uninstall"
rm -rf "$prefix.old"
[ ! -e "$prefix" ] || mv "$prefix" "$prefix.old"
mv "$prefix.new" "$prefix"
rm -rf "$prefix.old"
for program in $programs; do
  ln -sf "$prefix/bin/$program" "$links/$program"
done
echo "installed in $prefix, with links in $links"

if [ "$(uname -s)" = Darwin ]; then
  plist=/Library/LaunchDaemons/com.zerotier.one.plist
  launchctl bootout system "$plist" 2>/dev/null || true
  cp "$package/com.zerotier.one.plist" "$plist"
  launchctl bootstrap system "$plist"
  echo "started com.zerotier.one; status: zerotier-cli info"
else
  mkdir -p /etc/systemd/system
  cp "$package/linux/systemd/system/zerotier-one.service" /etc/systemd/system/
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl enable zerotier-one.service
    systemctl restart zerotier-one.service
    echo "started zerotier-one.service; status: sudo zerotier-cli info"
  elif running=$(cat "$home/zerotier-one.pid" 2>/dev/null) && kill -0 "$running" 2>/dev/null; then
    echo "systemd is not running, and the daemon (process $running) runs the former programs; restart it:"
    echo "kill $running, then zerotier-one -d"
  else
    echo "systemd is not running: start the daemon with zerotier-one -d"
  fi
fi
