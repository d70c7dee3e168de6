#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stops the service and removes what install.sh installed. The home folder, which holds the
# identity and the networks of this host, stays.
set -eu

prefix=/usr/local/lib/backhaul

if [ "$(id -u)" != 0 ]; then
  echo "uninstall.sh: removing takes root: sudo $0" >&2
  exit 1
fi

case $(uname -s) in
  Darwin)
    links=/usr/local/bin
    home="/Library/Application Support/ZeroTier/One"
    plist=/Library/LaunchDaemons/com.zerotier.one.plist
    launchctl bootout system "$plist" 2>/dev/null || true
    rm -f "$plist"
    ;;
  *)
    links=/usr/sbin
    home=/var/lib/zerotier-one
    if [ -d /run/systemd/system ]; then
      systemctl disable --now zerotier-one.service 2>/dev/null || true
    fi
    rm -f /etc/systemd/system/zerotier-one.service
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    ;;
esac

for program in zerotier-one zerotier-cli zerotier-idtool; do
  case $(readlink "$links/$program" 2>/dev/null || true) in
    "$prefix"/*) rm -f "$links/$program" ;;
  esac
done
rm -rf "$prefix"
echo "removed; $home stays"
