#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the package that contains this file, or upgrades an installation:
#   /usr/local/lib/backhaul      programs, their libraries and their Java runtime
#   /usr/sbin/zerotier-one, zerotier-cli, zerotier-idtool, backhaul-uninstall    links to them (macOS: /usr/local/bin)
#   /usr/local/share, /etc/fish    manual pages, completions for bash, zsh and fish
#   a systemd or launchd service, which is enabled and started
#   Linux: the user and group zerotier-one, and files by which systemd-networkd, udev, NetworkManager and polkit
#   leave the devices of the service alone or permit it to set DNS; `linux_files` lists them
# An upgrade restarts a running service, and leaves a stopped, disabled or masked one as it is.
# The home directory /var/lib/zerotier-one of a reference installation is used as it is.
set -eu
umask 022

package=$(cd "$(dirname "$0")" && pwd -P)
system=$(uname -s)
prefix=/usr/local/lib/backhaul
programs="zerotier-one zerotier-cli zerotier-idtool"
unit=zerotier-one.service
old_unit=/etc/systemd/system/$unit

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

# Prints what a failed program said first.
first_line() { printf '%s\n' "$1" | head -n 1; }

# Copies file $1 to $2 as a file of root; $2 changes as a whole. Others may be able to put links into its directory.
put() {
  mkdir -p "${2%/*}"
  new=$(mktemp "$2.XXXXXX")
  cat "$1" >"$new"
  chown -h 0:0 "$new"
  chmod "${3:-644}" "$new"
  mv -f "$new" "$2"
}

# Checks, which change nothing.

# "sudo backhaul-*/install.sh" beside two packages runs the first one, which may be the older, and gives it the other.
check_arguments() {
  case ${1:-} in
    '') return 0 ;;
    -h | --help)
      echo "usage: sudo $0"
      echo "installs Backhaul $version, or upgrades an installation to it; it takes no options"
      exit 0
      ;;
    *install.sh) fail "expected no arguments, found $1: several packages are here. Nothing was changed; run that of one version: sudo $0" ;;
    *) fail "expected no arguments, found '$1'; nothing was changed" ;;
  esac
}

check_platform() {
  built=$(cat "$package/lib/backhaul/platform")
  here=$(printf '%s-%s\n' "$system" "$(uname -m)" | tr '[:upper:]' '[:lower:]')
  [ "$built" = "$here" ] || fail "this package was built for $built; this host is $here"
  case $here in
    linux-x86_64) loader=/lib64/ld-linux-x86-64.so.2 ;;
    linux-aarch64) loader=/lib/ld-linux-aarch64.so.1 ;;
    *) return 0 ;;
  esac
  [ -e "$loader" ] || fail "the package needs the GNU C library ($loader), which this host does not have"
}

# The uninstaller of the reference's package for macOS deletes networks.d.
fail_for_reference() {
  copy="/var/root/zerotier-home"
  fail "$path belongs to another installation, whose uninstaller deletes the networks of this host. Keep a copy first:
  sudo cp -pR '$home' $copy
  sudo '$home/uninstall.sh'
  sudo cp -pR $copy/. '$home'
then run this again"
}

check_other_installation() {
  for program in $programs; do
    path=$links/$program
    case $(readlink "$path" 2>/dev/null || true) in
      "$prefix"/*) continue ;;
    esac
    [ -e "$path" ] || [ -L "$path" ] || continue
    owner=$(dpkg-query -S "$path" 2>/dev/null | cut -d: -f1 || true)
    remove="apt-get remove ${owner:-zerotier-one}"
    if [ -z "$owner" ] && owner=$(rpm -qf --qf '%{NAME}' "$path" 2>/dev/null); then
      remove="dnf remove $owner"
    fi
    [ "$system" != Darwin ] || fail_for_reference
    fail "$path belongs to another installation: remove it first ($remove; $home stays), then run this again"
  done
}

# The former version stays until the new one is complete, so there must be space for both.
check_space() {
  directory=${prefix%/*}
  while [ ! -d "$directory" ]; do
    directory=$(dirname "$directory")
  done
  needed=$(($(du -sk "$package/lib/backhaul" | cut -f1) + 1024))
  free=$(df -Pk "$directory" 2>/dev/null | awk 'NR == 2 { print $4 }') # it reports errors without /proc
  [ -n "$free" ] || return 0
  [ "$free" -ge "$needed" ] ||
    fail "$directory has $((free / 1024)) MiB free, and $((needed / 1024 + 1)) MiB are needed; nothing was changed"
}

# launchd runs the programs as root: nobody else may be able to exchange a directory above them. Homebrew gives
# /usr/local/lib of Intel Macs to the user who installed it.
check_directories() {
  [ "$system" = Darwin ] || return 0
  directory=${prefix%/*}
  while [ -n "$directory" ]; do
    if [ -d "$directory" ] && [ -n "$(find "$directory" -prune \( ! -user 0 -o -perm -0002 \) -print)" ]; then
      fail "others than root may write to $directory and could exchange the programs, which root runs; run: sudo chown root $directory && sudo chmod o-w $directory"
    fi
    directory=${directory%/*}
  done
}

# Undoes an installation that was interrupted, also an earlier one.
undo() {
  [ -e "$prefix" ] || [ ! -e "$prefix.old" ] || mv "$prefix.old" "$prefix"
  rm -rf "$prefix.new" "$prefix.old"
}

# Steps.

# Copies the programs to $prefix.new, whose content no other user can reach before it is root's with fixed modes: the
# package may belong to the user who unpacked it. The ahead-of-time caches are valid only for files with their times.
copy_programs() {
  trap undo EXIT
  trap 'exit 1' HUP INT TERM
  undo
  mkdir -p "${prefix%/*}" "$links"
  mkdir -m 700 "$prefix.new"
  error=$(cp -pR "$package/lib/backhaul" "$prefix.new/" 2>&1 &&
    cp "$package/uninstall.sh" "$prefix.new/backhaul/bin/backhaul-uninstall" 2>&1) ||
    fail "cannot copy the programs: $(first_line "$error"); nothing was changed"
  if [ "$system" = Darwin ]; then
    chmod -R -N "$prefix.new" # access control lists
  fi
  chown -R -P -h 0:0 "$prefix.new"
  chmod -R u=rwX,go=rX,a-s,-t "$prefix.new/backhaul"
  chmod 755 "$prefix.new/backhaul/bin/backhaul-uninstall"
  if command -v restorecon >/dev/null 2>&1; then
    restorecon -RF "$prefix.new" 2>/dev/null || true
  fi
}

# Runs the copied Java runtime, before it replaces the former version.
try_runtime() {
  runtime=$prefix.new/backhaul/runtime/bin/java
  [ -x "$runtime" ] ||
    fail "the file system of ${prefix%/*} does not permit programs (mount option noexec); nothing was changed"
  if [ "$system" = Linux ] && [ ! -e /proc/self/exe ]; then
    echo "/proc is not mounted here, so the Java runtime was not tried"
    return 0
  fi
  error=$("$runtime" -version 2>&1) ||
    fail "the Java runtime of the package does not start here: $(first_line "$error"); nothing was changed"
}

replace_programs() {
  [ ! -e "$prefix" ] || mv "$prefix" "$prefix.old"
  mv "$prefix.new/backhaul" "$prefix"
  rm -rf "$prefix.new" "$prefix.old"
  trap - EXIT
  for program in $programs backhaul-uninstall; do
    ln -sf "$prefix/bin/$program" "$links/$program"
  done
  echo "installed Backhaul $version in $prefix, with links in $links${former:+; it was version $former}"
}

# Manual pages and completions, to where man and the shells look for those of local programs. fish looks in
# /usr/local/share only where XDG_DATA_DIRS names it, which is not so in a login by ssh.
install_manuals() {
  for file in "$package"/man/* "$package"/completion/*/*; do
    case $file in
      *'*'*) continue ;; # not in the package
      */man/*) directory=/usr/local/share/man/man${file##*.} ;;
      */bash/*) directory=/usr/local/share/bash-completion/completions ;;
      */zsh/*) directory=/usr/local/share/zsh/site-functions ;;
      *)
        directory=/etc/fish/completions
        [ "$system" != Darwin ] || directory=/usr/local/share/fish/vendor_completions.d
        ;;
    esac
    put "$file" "$directory/${file##*/}"
  done
}

# Linux.

# File below linux/ of the package, then where it goes.
linux_files="
systemd/system/zerotier-one.service         /usr/local/lib/systemd/system
systemd/network/00-0-backhaul.network       /usr/local/lib/systemd/network
systemd/network/00-0-backhaul.link          /usr/local/lib/systemd/network
sysusers.d/backhaul.conf                    /usr/local/lib/sysusers.d
NetworkManager/conf.d/backhaul.conf         /etc/NetworkManager/conf.d
polkit-1/rules.d/50-backhaul.rules          /etc/polkit-1/rules.d"

install_linux_files() {
  echo "$linux_files" | while read -r file directory; do
    [ -z "$file" ] || put "$package/linux/$file" "$directory/${file##*/}"
  done
  # polkit before version 0.106, as in Debian 11 and Ubuntu 22.04, has no rules.
  [ ! -d /var/lib/polkit-1/localauthority ] ||
    put "$package/linux/polkit-1/backhaul.pkla" /var/lib/polkit-1/localauthority/10-vendor.d/backhaul.pkla
}

# The same user as in the reference's packages, so that both can use the home directory.
create_user() {
  if command -v systemd-sysusers >/dev/null 2>&1 && systemd-sysusers backhaul.conf; then
    return 0
  fi
  getent group zerotier-one >/dev/null || groupadd --system zerotier-one
  getent passwd zerotier-one >/dev/null ||
    useradd --system --gid zerotier-one --comment Backhaul --home-dir "$home" --no-create-home \
      --shell /usr/sbin/nologin zerotier-one
}

# systemctl for unit files, which needs neither a running systemd nor /proc.
unit_files() { systemctl ${offline:+--root=/} --quiet "$@"; }

# A removed package zerotier-one leaves the unit masked, and a record by which its purge would disable ours.
clear_package_remains() {
  records=/var/lib/systemd
  if [ "$(readlink "$old_unit" 2>/dev/null || true)" = /dev/null ]; then
    if [ "$upgrade" = no ] || [ -e "$records/deb-systemd-helper-masked/$unit" ]; then
      rm -f "$old_unit"
      echo "unmasked $unit, which had been masked, as by the removal of another package"
    fi
  fi
  if [ "$upgrade" = no ] && [ "$(readlink "/run/systemd/system/$unit" 2>/dev/null || true)" = /dev/null ]; then
    rm -f "/run/systemd/system/$unit"
  fi
  rm -f "$records/deb-systemd-helper-masked/$unit" "$records/deb-systemd-helper-enabled/$unit.dsh-also" \
    "$records"/deb-systemd-helper-enabled/*.wants/"$unit"
}

# Earlier builds installed the unit in /etc, where it would hide the new one and prevent systemctl mask.
remove_old_unit() {
  [ -f "$old_unit" ] && [ ! -L "$old_unit" ] || return 0
  case $(cksum <"$old_unit") in
    '207993307 1085' | '796276263 1107')
      rm -f "$old_unit"
      ;;
    *)
      echo "$old_unit was edited and stays; it hides the unit of this version, /usr/local/lib/systemd/system/$unit:"
      echo "move the changes into a drop-in (systemctl edit zerotier-one), then remove it"
      ;;
  esac
}

reload_services() {
  systemctl daemon-reload
  if systemctl --quiet is-active systemd-networkd.service; then
    networkctl reload >/dev/null 2>&1 || true
  fi
  if systemctl --quiet is-active NetworkManager.service; then
    systemctl reload NetworkManager.service || true
  fi
  if systemctl --quiet is-active systemd-udevd.service; then
    udevadm control --reload >/dev/null 2>&1 || true
  fi
}

install_systemd_service() {
  offline=
  if [ ! -d /run/systemd/system ] || systemd-detect-virt --quiet --chroot 2>/dev/null; then
    offline=yes
  fi
  enabled=no
  [ ! -L "/etc/systemd/system/multi-user.target.wants/$unit" ] || enabled=yes
  clear_package_remains
  remove_old_unit
  if ! command -v systemctl >/dev/null 2>&1; then
    say_without_systemd
    return 0
  fi
  if [ "$(readlink "$old_unit" 2>/dev/null || true)" = /dev/null ]; then
    echo "$unit is masked and stays so; to run it: systemctl unmask zerotier-one, then systemctl enable --now zerotier-one"
    [ -n "$offline" ] || reload_services
    return 0
  fi
  if [ "$upgrade" = no ]; then
    unit_files enable "$unit"
  elif [ "$enabled" = yes ]; then
    unit_files reenable "$unit" # The link leads to the unit's new place.
  else
    echo "$unit is disabled and stays so; to start it at boot: systemctl enable zerotier-one"
  fi
  if [ -n "$offline" ]; then
    say_without_systemd
    return 0
  fi
  reload_services
  if [ "$upgrade" = yes ] && ! systemctl --quiet is-active "$unit" && ! starting; then
    echo "$unit is stopped and stays so; to start it: systemctl start zerotier-one"
    return 0
  fi
  systemctl restart "$unit" || fail "the programs are installed, but the service did not start; see: journalctl -u zerotier-one"
  echo "started $unit; status: sudo zerotier-cli info"
}

# Whether the service waits for its next attempt to start.
starting() { [ "$(systemctl show --property ActiveState --value "$unit")" = activating ]; }

say_without_systemd() {
  # The user of the service may have put a link or a pipe there.
  running=$(dd if="$home/zerotier-one.pid" iflag=nofollow,nonblock bs=20 count=1 2>/dev/null) || running=none
  case $(readlink "/proc/$running/exe" 2>/dev/null || true) in
    "$prefix"*) former=yes ;;
    *) former=no ;;
  esac
  if [ "$former" = yes ]; then
    echo "systemd is not running, and the daemon (process $running) runs the former programs; restart it:"
    echo "kill $running, then zerotier-one -d"
  elif [ "$enabled" = yes ] || [ "$upgrade" = no ] && command -v systemctl >/dev/null 2>&1; then
    echo "systemd is not running: the service starts at the next boot; until then: zerotier-one -d"
  else
    echo "systemd is not running: start the daemon with zerotier-one -d"
  fi
}

# macOS.

# launchd removes a label a moment after bootout has returned, and rejects the service until then.
install_launchd_service() {
  label=com.zerotier.one
  plist=/Library/LaunchDaemons/$label.plist
  launchctl bootout "system/$label" 2>/dev/null || true
  tries=0
  while launchctl print "system/$label" >/dev/null 2>&1 && [ "$tries" -lt 50 ]; do
    tries=$((tries + 1))
    sleep 0.2
  done
  put "$package/$label.plist" "$plist"
  tries=0
  until error=$(launchctl bootstrap system "$plist" 2>&1); do
    tries=$((tries + 1))
    [ "$tries" -lt 5 ] ||
      fail "the programs are installed, but launchd does not start them: $(first_line "$error"); try: sudo launchctl bootstrap system $plist"
    sleep 1
  done
  echo "started $label; status: sudo zerotier-cli info"
}

version=$(cat "$package/lib/backhaul/VERSION")
check_arguments "$@"
[ "$(id -u)" = 0 ] || fail "root is required: sudo $0"
case $system in
  Darwin)
    links=/usr/local/bin
    home="/Library/Application Support/ZeroTier/One"
    ;;
  *)
    links=/usr/sbin
    home=/var/lib/zerotier-one
    ;;
esac
upgrade=no
[ ! -e "$prefix/bin/zerotier-one" ] && [ ! -e "$prefix.old/bin/zerotier-one" ] || upgrade=yes
former=
[ "$upgrade" = no ] || former=$(cat "$prefix/VERSION" 2>/dev/null || true)

check_platform
check_other_installation
check_directories
check_space
copy_programs
try_runtime
replace_programs
install_manuals
if [ "$system" = Darwin ]; then
  install_launchd_service
else
  install_linux_files
  create_user
  install_systemd_service
fi
