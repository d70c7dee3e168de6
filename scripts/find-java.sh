# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # names are shared with the launchers
# Sourced by the launchers. Input:
#   here       their directory
#   module     the directory of the module in a checkout
#   installed  the directory of its jars in an installation
#   jar        its main jar
# Output:
#   java       the java program, 25 or newer: the bundled one, that of $JAVA_HOME, or the newest installed
#   app        the directory of the jars
#   cache      the option with the ahead-of-time cache, if there is one and no jar is newer
# Shell builtins only: a single fork would double the run time.

# Prints why nothing can be started; for the journal as one line with the priority of an error.
fail() {
  if [ -n "${JOURNAL_STREAM:-}" ] && [ "$(stat -L -c %d:%i /proc/self/fd/3 3>&2 2>/dev/null)" = "$JOURNAL_STREAM" ]; then # on Linux
    echo "<3>$0: $*" >&2
  else
    for sentence in "$0: $1" "$2" ${3:+"$3"}; do
      echo "$sentence" >&2
    done
  fi
  exit 1
}

# Sets $major to the major version of the Java in a directory, or to 0.
java_major() {
  major=0
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
  while IFS='=' read -r key value; do
    [ "$key" = JAVA_VERSION ] || continue
    value=${value#\"}
    value=${value%%[!0-9]*}
    major=${value:-0}
    break
  done <"$1/release"
}

# Sets $java to the newest Java in the directories given, if it is 25 or newer.
newest_java() {
  newest=24
  for directory in "$@"; do
    java_major "$directory"
    if [ "$major" -gt "$newest" ]; then
      newest=$major
      java=$directory/bin/java
    fi
  done
}

case $here in
  . | .. | */. | */..) root=$here/.. ;;
  */*) root=${here%/*} ;;
  *) root=$here/.. ;;
esac
if [ -f "$root/$installed/$jar" ]; then # <prefix>/lib/backhaul/{bin,app,cli,runtime}
  app=$root/$installed
elif [ -f "$root/$module/target/app/$jar" ]; then
  app=$root/$module/target/app
else
  fail "$jar is neither in $root/$installed nor in $root/$module/target/app." \
    "In a checkout, build it first: mvn package -DskipTests"
fi

java=
if [ -x "$root/runtime/bin/java" ]; then
  java=$root/runtime/bin/java
else
  [ -z "${JAVA_HOME:-}" ] || newest_java "$JAVA_HOME"
  if [ -z "$java" ]; then
    # A home directory of another user, as sudo may keep it, is not searched.
    mine=/nonexistent
    [ ! -O "${HOME:-/nonexistent}" ] || mine=$HOME
    newest_java /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
      /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
      "$mine"/.sdkman/candidates/java/* "$mine"/Library/Java/JavaVirtualMachines/*/Contents/Home
  fi
fi
if [ -z "$java" ]; then
  fail "Java 25 or newer is required; there is none in \$JAVA_HOME, /usr/lib/jvm, Homebrew or SDKMAN." \
    "Install one, for example with: apt-get install openjdk-25-jre-headless" \
    "(or temurin-25-jre of https://adoptium.net), or set JAVA_HOME to its directory."
fi

cache=
if [ -f "$app/app.aot" ]; then
  cache=-XX:AOTCache=$app/app.aot
  # Java 25 does not compare the jars on the class path with the cache: it would run the classes of former jars.
  for file in "$app"/*.jar; do
    # shellcheck disable=SC3013 # dash, bash, busybox and zsh have -nt
    if [ "$file" -nt "$app/app.aot" ]; then
      cache=
    fi
  done
fi

# Options for other Java programs would slow this one down and print a notice.
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS

# UTF-8, even if a service manager sets no locale. macOS has no C.UTF-8; without a locale Java uses UTF-8 there.
# shellcheck disable=SC3028 # dash leaves OSTYPE unset, which is not macOS
case ${OSTYPE:-}:${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  darwin*:C.UTF-8 | darwin*:C | darwin*:POSIX | darwin*:) unset LC_ALL LC_CTYPE LANG ;;
  darwin* | *UTF-8 | *utf8 | *UTF8 | *utf-8) ;;
  *) export LC_ALL=C.UTF-8 ;;
esac
