# SPDX-License-Identifier: Apache-2.0
"""Manual pages, and completion in bash, zsh and fish, as a package installs them."""
import json
import shlex

from bench import layers
from failure import contains, equal, lacks, until

HOME = "/var/lib/zerotier-one"
MOON = "00000000deadbeef"
# Prints what the completion of bash offers for a line; bash-completion finds it by the name of the program.
BASH = """
. /usr/share/bash-completion/bash_completion
line=$1 program=${1%% *}
_completion_loader "$program"
read -ra COMP_WORDS <<<"$line"
[[ $line != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMP_TYPE=9 COMP_KEY=9
declared=$(complete -p "$program")
function=${declared#* -F }
"${function%% *}" "$program" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
# Presses the tab key in an interactive zsh; a function in place of compadd records what is offered.
ZSH = """
zmodload zsh/zpty
offers=$(mktemp)
zpty t zsh -f -i
zpty -w t "offers=$offers"
zpty -w t '
PROMPT= RPROMPT=
autoload -Uz compinit && compinit -u -D
zstyle ":completion:*" verbose no
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -O hits "$@"
  (( ! $#hits )) || print -rl -- $hits >>$offers
  builtin compadd "$@"
}
finish() { print -r -- "line: $BUFFER" >>$offers; exit }
zle -N finish && bindkey "^X" finish
print -r -- ready >>$offers
'
for ((i = 0; i < 300; i++)); do grep -q ready $offers && break; sleep 0.1; done
zpty -w -n t "$1"$'\\t'$'\\x18'
for ((i = 0; i < 300; i++)); do grep -q '^line:' $offers && break; zpty -r -t t >/dev/null; sleep 0.1; done
grep -vx ready $offers
rm $offers
"""


@layers("shells")
def test_completion(bench):
    """bash, zsh and fish complete commands, settings, files, and the networks, moons and peers of this host."""
    host = bench.fresh(installed=True, layers=("shells",))
    network = bench.mesh.network(name="lab: one")
    bench.mesh.join(host, network)
    _orbit(host)
    host.write("/opt/bash", BASH)
    host.write("/opt/zsh", ZSH)
    until("the network has its name", lambda: "lab: one" in host.run("zerotier-cli listnetworks"))
    root = json.loads(host.run("zerotier-cli -j listpeers"))[0]["address"]
    for shell in (_fish, _bash, _zsh):
        _client(shell, host, network, root)
        _others(shell, host)
    _without_token(host)


def _orbit(host):
    """Orbits a moon by a file, whose id is MOON."""
    host.run(f"""cd /root
      zerotier-idtool initmoon {HOME}/identity.public |
        jq '.id = "{MOON}" | .roots[0].stableEndpoints = ["192.0.2.1/9993"]' >moon.json
      zerotier-idtool genmoon moon.json
      install -d -o zerotier-one -g zerotier-one {HOME}/moons.d
      install -o zerotier-one -g zerotier-one {MOON}.moon {HOME}/moons.d/
      systemctl restart zerotier-one""")
    host.online()


def _bash(host, line, user="root"):
    return _words(host.run(f"bash --norc /opt/bash {shlex.quote(line)}", user=user))


def _zsh(host, line, user="root"):
    text = host.run(f"zsh -f /opt/zsh {shlex.quote(line)}", user=user)
    contains(text, "line: ", f"zsh, {line}")
    return _words("\n".join(word for word in text.splitlines() if not word.startswith("line: ")))


def _fish(host, line, user="root"):
    command = f"complete -C {shlex.quote(line)}"
    # fish completes the words of programs on the path only.
    text = host.run(f"PATH=$PATH:/usr/sbin fish -c {shlex.quote(command)}", user=user)
    return _words("\n".join(word.split("\t")[0] for word in text.splitlines()))


def _words(text):
    return sorted({word.strip() for word in text.splitlines() if word.strip()})


def _client(shell, host, network, root):
    name = shell.__name__[1:]
    offered = shell(host, "zerotier-cli ")
    for word in ("info", "join", "leave", "set", "version"):
        contains(offered, word, f"{name}: commands")
    equal(shell(host, "zerotier-cli le"), ["leave"], f"{name}: le")
    equal(shell(host, "sudo zerotier-cli le"), ["leave"], f"{name}: behind sudo")
    equal(shell(host, "zerotier-cli leave "), [network], f"{name}: leave")
    equal(shell(host, f"zerotier-cli -D{HOME} -j get {network[:3]}"), [network], f"{name}: switches, get")
    equal(shell(host, "zerotier-cli -D/nowhere leave "), [], f"{name}: the home directory of another daemon")
    equal(shell(host, f"zerotier-cli set {network} allowDe"), ["allowDefault=0", "allowDefault=1"], f"{name}: set")
    equal(shell(host, f"zerotier-cli get {network} ip4"), ["ip4"], f"{name}: get")
    equal(shell(host, "zerotier-cli deorbit "), [MOON], f"{name}: deorbit")
    contains(shell(host, "zerotier-cli bond "), root, f"{name}: bond")
    equal(shell(host, "zerotier-cli join "), [], f"{name}: join")


def _others(shell, host):
    name = shell.__name__[1:]
    equal(shell(host, "zerotier-idtool val"), ["validate"], f"{name}: zerotier-idtool")
    contains(" ".join(shell(host, "zerotier-idtool validate /etc/hostn")), "hostname", f"{name}: a file")
    equal(shell(host, "zerotier-one -i val"), ["validate"], f"{name}: zerotier-one -i")
    equal(shell(host, "zerotier-one -q le"), ["leave"], f"{name}: zerotier-one -q")
    contains(" ".join(shell(host, "zerotier-one /var/li")), "lib", f"{name}: a directory")


def _without_token(host):
    for shell in (_bash, _zsh, _fish):
        equal(shell(host, "zerotier-cli leave ", user="alice"), [], f"{shell.__name__[1:]}: without the token")
        equal(shell(host, "zerotier-cli le", user="alice"), ["leave"], f"{shell.__name__[1:]}: without the token")


@layers("shells")
def test_manual_pages(bench):
    """man shows the page of each program without a warning, and backhaul-uninstall removes them."""
    host = bench.fresh(installed=True, layers=("shells",))
    for program, section in (("zerotier-one", 8), ("zerotier-cli", 1), ("zerotier-idtool", 1)):
        text = host.run(f"MANWIDTH=80 man --warnings {program}")
        contains(text, f"{program.upper()}({section})", f"man {program}")
        contains(text, "EXIT STATUS", f"man {program}")
        lacks(text, "warning:", f"man {program}")
    host.run("backhaul-uninstall")
    for program in ("zerotier-one", "zerotier-cli", "zerotier-idtool"):
        found = host.run(f"find /usr /etc -name '*{program}*' -not -path '/usr/share/dbus-1/*'")
        equal(found.split(), [], f"files of {program} after backhaul-uninstall")
