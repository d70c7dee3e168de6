# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # names are shared with the launchers
# Read by the launchers beside it; not to be run. They have set
#   here       their folder
#   module     the module's folder in a checkout
#   installed  the folder of its jars where it is installed
#   jar        its main jar
# and get
#   java       the program of a Java 25 or newer: the bundled one, $JAVA_HOME, or the newest there is
#   app        the folder of the jars
#   cache      the option that names the ahead-of-time cache, if there is one
# Builtins of the shell only: a fork costs as much as everything else here together.

# Sets $major to the major version of the Java in a folder, or to 0.
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

# Sets $java to the newest Java of the folders given, if it is 25 or newer.
newest_java() {
  newest=24
  for folder in "$@"; do
    java_major "$folder"
    if [ "$major" -gt "$newest" ]; then
      newest=$major
      java=$folder/bin/java
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
  echo "$0: $jar is neither in $root/$installed nor in $root/$module/target/app." >&2
  echo "In a checkout, build it first: mvn package -DskipTests" >&2
  exit 1
fi

java=
if [ -x "$root/runtime/bin/java" ]; then
  java=$root/runtime/bin/java
else
  [ -z "${JAVA_HOME:-}" ] || newest_java "$JAVA_HOME"
  [ -n "$java" ] || newest_java /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home
fi
if [ -z "$java" ]; then
  echo "$0: needs Java 25 or newer, and found none in \$JAVA_HOME or /usr/lib/jvm." >&2
  echo "Install one, for example with: apt-get install openjdk-25-jre-headless" >&2
  echo "(or temurin-25-jre of https://adoptium.net), or set JAVA_HOME to the folder that has it." >&2
  exit 1
fi

cache=
[ ! -f "$app/app.aot" ] || cache=-XX:AOTCache=$app/app.aot

# Options meant for other programs would slow this one down, and be announced on its output.
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS

# Names are UTF-8, also where a service manager sets no locale.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *UTF-8 | *utf8 | *UTF8 | *utf-8) ;;
  *) export LC_ALL=C.UTF-8 ;;
esac
