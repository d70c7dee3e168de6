#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stops the daemon and removes what install.sh installed. The home directory, which holds the identity
# and the networks of this host, and the user zerotier-one stay; the last lines say how to remove them.
set -eu

prefix=/usr/local/lib/backhaul

if [ "$(id -u)" != 0 ]; then
  echo "uninstall.sh: root is required: sudo $0" >&2
  exit 1
fi

# Whether process $1 is a daemon of this installation: its program is the bundled Java runtime.
is_ours() {
  case $(readlink "/proc/$1/exe" 2>/dev/null) in
    "$prefix"/* | "$prefix".old/*) return 0 ;;
  esac
  return 1
}

# Stops the daemon that zerotier-one.pid of the home directory names, if it is of this installation.
stop_by_pid_file() {
  [ -s "$home/zerotier-one.pid" ] || return 0
  pid=$(cat "$home/zerotier-one.pid")
  case $pid in
    '' | *[!0-9]*)
      echo "$home/zerotier-one.pid holds no process id: ignored"
      return 0
      ;;
  esac
  kill -0 "$pid" 2>/dev/null || return 0
  if ! is_ours "$pid"; then
    echo "process $pid of $home/zerotier-one.pid is not of this installation: left running"
    return 0
  fi
  echo "stopping the daemon (process $pid)"
  kill -TERM "$pid"
  # Not kill -0: it also succeeds for an exited process that its parent has not collected, as in containers.
  tries=0
  while is_ours "$pid"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 100 ]; then
      echo "the daemon (process $pid) did not exit within 10 s: killing it"
      kill -KILL "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.1
  done
}

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
    stop_by_pid_file
    ;;
esac

# Daemons on other home directories keep their programs open; they are named, since they are not stopped.
for process in /proc/[0-9]*; do
  if is_ours "${process#/proc/}"; then
    echo "still running, on a home directory of its own: process ${process#/proc/}; stop it with: kill ${process#/proc/}"
  fi
done

for program in zerotier-one zerotier-cli zerotier-idtool; do
  case $(readlink "$links/$program" 2>/dev/null || true) in
    "$prefix"/*) rm -f "$links/$program" ;;
  esac
done
rm -rf "$prefix"

echo "removed $prefix and its links in $links"
[ ! -d "$home" ] || echo "left: $home, with the identity and the networks of this host; to remove it: rm -r '$home'"
if [ "$(uname -s)" = Linux ] && getent passwd zerotier-one >/dev/null 2>&1; then
  echo "left: the user zerotier-one; to remove it: userdel zerotier-one"
fi
