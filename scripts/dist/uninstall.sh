#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stops the daemon and removes what install.sh installed. The home directory, which holds the identity
# and the networks of this host, stays and is given to root; --purge removes it as well, after asking.
#
# usage: backhaul-uninstall [--purge [--yes]]
set -eu

prefix=/usr/local/lib/backhaul
unit=zerotier-one.service
drop_ins=/etc/systemd/system/$unit.d
purge=no yes=no

fail() {
  echo "backhaul-uninstall: $*" >&2
  exit 1
}

for option in "$@"; do
  case $option in
    --purge) purge=yes ;;
    --yes) yes=yes ;;
    -h | --help)
      echo "usage: backhaul-uninstall [--purge [--yes]]"
      echo "  --purge  also removes the home directory, with the identity and the networks of this host, after asking"
      echo "  --yes    does not ask"
      exit 0
      ;;
    *) fail "'$option' is no option; expected --purge, --yes or --help" ;;
  esac
done
[ "$(id -u)" = 0 ] || fail "root is required: sudo $0"
[ "$yes" = no ] || [ "$purge" = yes ] || echo "--yes has no effect without --purge: the home directory stays"

# Whether process $1 is a daemon of this installation: its program is the bundled Java runtime.
is_ours() {
  case $(readlink "/proc/$1/exe" 2>/dev/null) in
    "$prefix"/* | "$prefix".old/*) return 0 ;;
  esac
  return 1
}

# Prints the first line of a file of the home directory, if it is a regular file. The user of the service may put a
# link or a pipe in its place; on macOS, whose dd has no iflag, the home is root's.
first_line_of() {
  if [ "$(uname -s)" = Darwin ]; then
    head -n 1 "$1" 2>/dev/null
  else
    dd if="$1" iflag=nofollow,nonblock bs=4096 count=1 2>/dev/null | tr -d '\0' | head -n 1 # on Linux
  fi
}

# Stops the daemon that zerotier-one.pid of the home directory names, if it is of this installation.
stop_by_pid_file() {
  [ -s "$home/zerotier-one.pid" ] || return 0
  pid=$(first_line_of "$home/zerotier-one.pid")
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

# The file of another installation that uses the same home directory and user, or nothing.
other_installation() {
  for file in "$links/zerotier-one" /usr/sbin/zerotier-one /usr/bin/zerotier-one; do
    case $(readlink "$file" 2>/dev/null || true) in
      "$prefix"/*) ;;
      *)
        if [ -e "$file" ]; then
          echo "$file"
          return 0
        fi
        ;;
    esac
  done
}

# Asks whether the home directory may be removed, and ends this program otherwise.
confirm_purge() {
  echo "$home holds:"
  if [ -r "$home/identity.public" ]; then
    echo "  the identity of this node, $(first_line_of "$home/identity.public" | cut -c 1-10)"
  fi
  echo "  joined networks: $(count networks.d '*[0-9a-f].conf' ! -name '*.local.conf')"
  if [ -e "$home/backhaul.db" ]; then
    echo "  the networks that this node controls (backhaul.db); without its identity no one can change them"
  fi
  [ ! -d "$drop_ins" ] || echo "$drop_ins holds settings of the service, which are removed, too"
  [ "$yes" = no ] || return 0
  [ -t 0 ] || fail "--purge asks before it removes this, and there is no terminal; nothing was removed. Add --yes"
  printf 'Remove it? Type yes: '
  read -r answer || answer=
  [ "$answer" = yes ] || fail "nothing was removed"
}

# Counts the files in directory $1 of the home with a name like $2, and further conditions of find.
count() {
  directory=$home/$1 name=$2
  shift 2
  [ -d "$directory" ] || {
    echo 0
    return 0
  }
  find "$directory/" -maxdepth 1 -type f -name "$name" "$@" | wc -l | tr -d ' '
}

stop_systemd_service() {
  if [ -d /run/systemd/system ]; then
    systemctl --quiet disable --now "$unit" 2>/dev/null || true
  elif command -v systemctl >/dev/null 2>&1; then
    systemctl --quiet --root=/ disable "$unit" 2>/dev/null || true
  fi
  stop_by_pid_file
}

# Removes the files that install.sh installed, and directories that are empty then.
remove_linux_files() {
  for file in /usr/local/lib/systemd/system/$unit /usr/local/lib/systemd/network/00-0-backhaul.network \
    /usr/local/lib/systemd/network/00-0-backhaul.link /usr/local/lib/sysusers.d/backhaul.conf \
    /etc/NetworkManager/conf.d/backhaul.conf /etc/polkit-1/rules.d/50-backhaul.rules \
    /var/lib/polkit-1/localauthority/10-vendor.d/backhaul.pkla; do
    rm -f "$file"
  done
  rmdir /usr/local/lib/systemd/system /usr/local/lib/systemd/network /usr/local/lib/systemd \
    /usr/local/lib/sysusers.d 2>/dev/null || true
  [ -e /usr/lib/NetworkManager ] || rmdir /etc/NetworkManager/conf.d /etc/NetworkManager 2>/dev/null || true
  [ -e /usr/lib/polkit-1 ] || rmdir /etc/polkit-1/rules.d /etc/polkit-1 2>/dev/null || true
  old_unit=/etc/systemd/system/$unit # of earlier builds
  if [ -f "$old_unit" ] && [ ! -L "$old_unit" ] && grep -q '^Description=Backhaul' "$old_unit"; then
    rm -f "$old_unit"
  fi
  rm -f /etc/systemd/system/multi-user.target.wants/$unit /run/zerotier-one.failures
  [ ! -d /run/systemd/system ] || {
    systemctl daemon-reload
    systemctl --quiet reset-failed "$unit" 2>/dev/null || true
  }
}

remove_manuals() {
  share=/usr/local/share
  for program in zerotier-one zerotier-cli zerotier-idtool; do
    rm -f "$share/man/man1/$program.1" "$share/man/man8/$program.8" "$share/bash-completion/completions/$program" \
      "$share/zsh/site-functions/_$program" "$share/fish/vendor_completions.d/$program.fish" \
      "/etc/fish/completions/$program.fish"
  done
  rmdir "$share/man/man1" "$share/man/man8" "$share/bash-completion/completions" "$share/bash-completion" \
    "$share/fish/vendor_completions.d" "$share/fish" /etc/fish/completions /etc/fish 2>/dev/null || true
  command -v zsh >/dev/null 2>&1 || rmdir "$share/zsh/site-functions" "$share/zsh" 2>/dev/null || true
}

remove_home() {
  real=$(readlink -f "$home" || echo "$home")
  # A mount point cannot be removed, but its content.
  rm -rf "$real" 2>/dev/null || find -P "$real" -xdev -mindepth 1 -delete
  [ ! -L "$home" ] || rm -f "$home"
  echo "removed $home"
}

# Removes the user that install.sh created. The home is given to root before, so that no later user with the same
# number can read the identity; the next installation gives it back.
remove_user() {
  if ! entry=$(getent passwd zerotier-one); then
    return 0
  fi
  case $entry in
    *:Backhaul:*) ;;
    *)
      echo "left: the user zerotier-one, which another package may have created; to remove it: userdel zerotier-one"
      return 0
      ;;
  esac
  if [ -d "$home" ]; then
    chown -R -P -h 0:0 "$(readlink -f "$home")"
  fi
  userdel zerotier-one 2>/dev/null || echo "left: the user zerotier-one, which still runs a process; to remove it: userdel zerotier-one"
  if getent group zerotier-one >/dev/null; then
    groupdel zerotier-one 2>/dev/null || true
  fi
}

links=/usr/sbin
home=/var/lib/zerotier-one
if [ "$(uname -s)" = Darwin ]; then
  links=/usr/local/bin
  home="/Library/Application Support/ZeroTier/One"
fi
other=$(other_installation)
if [ "$purge" = yes ] && [ -d "$home" ]; then
  [ -z "$other" ] || fail "$other uses $home, too: --purge is not possible while it is installed"
  confirm_purge
fi

if [ "$(uname -s)" = Darwin ]; then
  plist=/Library/LaunchDaemons/com.zerotier.one.plist
  launchctl bootout system/com.zerotier.one 2>/dev/null || true
  rm -f "$plist"
else
  stop_systemd_service
  remove_linux_files
fi

# Daemons on other home directories keep their programs open; they are named, since they are not stopped.
for process in /proc/[0-9]*; do
  if is_ours "${process#/proc/}"; then
    echo "still running, on a home directory of its own: process ${process#/proc/}; stop it with: kill ${process#/proc/}"
  fi
done

for program in zerotier-one zerotier-cli zerotier-idtool backhaul-uninstall; do
  case $(readlink "$links/$program" 2>/dev/null || true) in
    "$prefix"/*) rm -f "$links/$program" ;;
  esac
done
remove_manuals
rm -rf "$prefix" "$prefix.new" "$prefix.old"
echo "removed $prefix and its links in $links"

if [ "$purge" = yes ]; then
  [ ! -e "$home" ] && [ ! -L "$home" ] || remove_home
  rm -rf "$drop_ins"
else
  [ ! -d "$home" ] || echo "left: $home, with the identity and the networks of this host; to remove it: rm -r '$home'"
  [ ! -d "$drop_ins" ] || echo "left: $drop_ins, with settings of the service; to remove it: rm -r $drop_ins"
fi
if [ "$(uname -s)" = Linux ] && [ -z "$other" ]; then
  remove_user
fi
