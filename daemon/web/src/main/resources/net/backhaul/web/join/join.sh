#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs Backhaul on a Linux host where it is missing, with the package and the roots of the controller that serves
# this, and joins a network by a token. Nothing happens before the last line has arrived. A repetition changes nothing.
backhaul_join() {
  set -eu
  umask 022
  PATH=$PATH:/usr/sbin:/sbin # su leaves them out
  : values

  say() { printf '%s\n' "$*"; }

  fail() {
    printf 'join: %s\n' "$*" >&2
    exit 1
  }

  # Prints what a path of the daemon's API answers, without blanks.
  answer_of() { zerotier-cli -j "$1" 2>/dev/null | tr -d ' \n'; }

  # Whether zerotier-cli is that of Backhaul, which takes tokens.
  is_backhaul() {
    case $(zerotier-cli -h 2>/dev/null) in
      "Backhaul version"*) return 0 ;;
    esac
    return 1
  }

  # Downloads the URL $1 to the file $2. The URL has the token in it, so it is no argument, which other users can see.
  download() {
    if command -v curl >/dev/null 2>&1; then
      printf 'url = "%s"\n' "$1" | curl -fsS --connect-timeout 20 ${pin:+-k --pinnedpubkey "$pin"} -o "$2" -K -
    else
      printf '%s\n' "$1" |
        wget -q --timeout=20 --tries=2 ${pin:+--no-check-certificate "--pinnedpubkey=$pin"} -O "$2" -i -
    fi
  }

  # Chooses of $packages that which suits this host: sets kind, id and sha256.
  choose_package() {
    machine=$(uname -m)
    wanted=tar
    if command -v dpkg >/dev/null 2>&1; then
      wanted="deb tar"
    elif command -v rpm >/dev/null 2>&1; then
      wanted="rpm tar"
    fi
    for kind in $wanted; do
      while read -r its_kind its_machine id sha256; do
        if [ "$its_kind-$its_machine" = "$kind-$machine" ]; then
          return 0
        fi
      done <<END
$packages
END
    done
    if [ -z "$packages" ]; then
      fail "Backhaul is not installed here, and the controller has no package of version $version. Its administrator puts one into the directory packages.d of the controller's home directory, such as backhaul-$version-linux-$machine.tar.gz; then run this again"
    fi
    fail "the controller has no package of Backhaul $version for this host, linux-$machine. It has: $(
      printf '%s\n' "$packages" | while read -r its_kind its_machine id sha256; do printf '%s for linux-%s; ' "$its_kind" "$its_machine"; done
    )its administrator can add one to the directory packages.d of the controller's home directory"
  }

  # Installs $file with the packages that it requires and this host lacks, which come from the host's own repositories.
  install_with_required() {
    for manager in dnf yum zypper; do
      command -v "$manager" >/dev/null 2>&1 || continue
      case $manager in
        zypper) zypper -q -n install --allow-unsigned-rpm "$file" ;;
        *) "$manager" -q -y install "$file" ;;
      esac
      return
    done
    return 1
  }

  install_package() {
    [ -d /run/systemd/system ] ||
      fail "systemd does not run on this host, and this installs a service of it. Install the archive backhaul-$version-linux-$(uname -m).tar.gz by its install.sh, start the daemon with zerotier-one -d, then run this again: it will only join"
    command -v sha256sum >/dev/null 2>&1 || fail "expected sha256sum, by which the package is verified; install coreutils and run this again"
    command -v curl >/dev/null 2>&1 || command -v wget >/dev/null 2>&1 ||
      fail "expected curl or wget, which download the package, found neither; install one of them and run this again"
    choose_package
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    file=$work/backhaul.$kind
    say "downloading Backhaul $version ($kind for linux-$machine) from $origin"
    download "$origin/join/$token/packages/$id" "$file" ||
      fail "the package could not be downloaded from $origin; nothing was installed"
    found=$(sha256sum <"$file")
    found=${found%% *}
    [ "$found" = "$sha256" ] ||
      fail "the package is not the one of the controller: expected SHA-256 $sha256, found $found; nothing was installed"
    log=$work/log
    case $kind in
      deb)
        if command -v apt-get >/dev/null 2>&1; then
          DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$file" </dev/null >"$log" 2>&1
        else
          dpkg -i "$file" </dev/null >"$log" 2>&1
        fi
        ;;
      rpm) rpm -U "$file" </dev/null >"$log" 2>&1 || install_with_required </dev/null >>"$log" 2>&1 ;;
      tar)
        tar -xzf "$file" -C "$work" </dev/null >"$log" 2>&1 &&
          sh "$work"/backhaul-*/install.sh </dev/null >>"$log" 2>&1
        ;;
    esac || {
      cat "$log" >&2
      fail "the package could not be installed; see above"
    }
    rm -rf "$work"
    say "installed Backhaul $version"
  }

  await_daemon() {
    tries=0
    until zerotier-cli info >/dev/null 2>&1; do
      tries=$((tries + 1))
      [ "$tries" -lt 60 ] ||
        fail "the daemon does not answer; start it (systemctl start zerotier-one, or zerotier-one -d) and see journalctl -u zerotier-one; then run this again"
      sleep 0.5
    done
  }

  # A node has one planet, and its networks are on that one.
  use_planet() {
    case $(answer_of /planet) in
      *"\"id\":\"$planet_id\""*) return 0 ;;
    esac
    [ "$(answer_of /network)" = '[]' ] ||
      fail "this host has other roots than the controller, and networks that need them. Leave those networks, or replace the roots yourself: zerotier-cli planet use $planet"
    zerotier-cli planet use "$planet" >/dev/null || fail "the roots of the controller could not be taken over; see above"
    say "this host uses the roots of the controller"
  }

  join_network() {
    [ "$usable" = yes ] || fail "this token has admitted all the devices that it may; make another one at the controller"
    printf '%s\n' "$token" | zerotier-cli join "$network" --token - >/dev/null || fail "the network could not be joined; see above"
    if [ "$authorizes" = no ]; then
      say "asked to join $name ($network); an administrator authorizes $(zerotier-cli info | cut -d ' ' -f 3) at the controller"
      return 0
    fi
    tries=0
    until [ "$(zerotier-cli get "$network" status 2>/dev/null)" = OK ]; do
      tries=$((tries + 1))
      [ "$tries" -lt 120 ] ||
        fail "the network was joined, but after 60 s its state is $(zerotier-cli get "$network" status 2>/dev/null), expected OK; zerotier-cli doctor says more"
      sleep 0.5
    done
    say "joined $name ($network) with $(zerotier-cli get "$network" ip | tr '\n' ' ')"
  }

  [ "$(uname -s)" = Linux ] || fail "expected Linux, found $(uname -s): install Backhaul by hand, then zerotier-cli join $network --token -"
  [ "$(id -u)" = 0 ] || fail "expected root: end the line with | sudo sh, or run it as root"
  if ! command -v zerotier-cli >/dev/null 2>&1; then
    install_package
    is_backhaul || fail "the programs that were installed are not those of Backhaul; see which zerotier-cli"
  elif ! is_backhaul; then
    fail "another program, $(command -v zerotier-cli), is installed here, which cannot join by a token. Have its address authorized at the controller, or remove its package (/var/lib/zerotier-one stays) and run this again"
  fi
  await_daemon
  use_planet
  if [ "$(zerotier-cli get "$network" status 2>/dev/null)" = OK ]; then
    say "this host is a member of $name ($network) already"
  else
    join_network
  fi
}
backhaul_join
