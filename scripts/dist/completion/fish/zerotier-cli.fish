# SPDX-License-Identifier: Apache-2.0
# Completion of zerotier-cli for fish. Generated from its command line: do not edit.

# Whether so many words stand before the cursor, beside switches, the first of which is this command.
function __zerotier_cli_at --argument-names count command
    set -l words (commandline -opc)
    set -l words (string match -v -- '-*' $words[2..])
    test (count $words) -eq $count; and contains -- "$command" '' $words[1]
end

# Prints what a pattern selects, as value and description, in the output of a command; nothing if this user may not
# read it. Names come from controllers: characters that a terminal interprets are removed.
function __zerotier_cli_listed --argument-names command pattern
    set -l given (commandline -opc | string match -r -- '^-[DpTH].+')
    set -lx PATH $PATH /usr/local/sbin /usr/sbin /sbin
    zerotier-cli $given $command 2>/dev/null </dev/null | tr -d '\000-\011\013-\037\177' \
        | string replace -rf -- $pattern '$1\t$2'
end

complete -c zerotier-cli -f
complete -c zerotier-cli -s h -d 'Show this help'
complete -c zerotier-cli -s v -d 'Show the version of ZeroTier One whose behaviour this has'
complete -c zerotier-cli -s j -d 'Print the daemon\'s JSON instead of a table'
complete -c zerotier-cli -s D -x -a '(__fish_complete_directories)' -d 'Home directory of the daemon, with its port and token'
complete -c zerotier-cli -s p -x -d 'Port of the daemon (default: from its home directory)'
complete -c zerotier-cli -s T -x -d 'Authentication token (default: from the home directory)'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'info' -d 'Show this node\'s address and whether it is online'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listpeers' -d 'List all peers'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'peers' -d 'List all peers as a table'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listnetworks' -d 'List all networks'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'join' -d 'Join a network'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'leave' -d 'Leave a network'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'set' -d 'Set allowManaged, allowGlobal, allowDefault or allowDNS'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'get' -d 'Print a property of a network'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listmoons' -d 'List moons (additional sets of roots)'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'orbit' -d 'Join a moon through any of its roots'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'deorbit' -d 'Leave a moon'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listbonds' -d 'List bonded peers'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'bond' -d 'Show the links to a bonded peer'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'dump' -d 'Write a file with what helps to analyse a problem'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'rules' -d 'Compile a source of the rules language, and report its first error'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'version' -d 'Show the version of this program, Backhaul'
complete -c zerotier-cli -n '__zerotier_cli_at 1 leave' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 1 set' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 2 set' -a 'allowManaged=1 allowManaged=0 allowGlobal=1 allowGlobal=0 allowDefault=1 allowDefault=0 allowDNS=1 allowDNS=0'
complete -c zerotier-cli -n '__zerotier_cli_at 1 get' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 2 get' -a 'ip ip4 ip6 ip6plane ip6prefix allowDNS allowDefault allowGlobal allowManaged bridge broadcastEnabled dhcp id mac mtu name netconfRevision nwid portDeviceName portError status type'
complete -c zerotier-cli -n '__zerotier_cli_at 1 deorbit' -a '(__zerotier_cli_listed listmoons \'.*"id": *"([0-9a-f]+)"().*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 1 bond' -a '(__zerotier_cli_listed listpeers \'^200 listpeers ([0-9a-f]{10}) .* ([A-Z]+)$\')'
complete -c zerotier-cli -n '__zerotier_cli_at 2 bond' -a 'show rotate'
complete -c zerotier-cli -n '__zerotier_cli_at 1 rules' -a 'check decompile'
complete -c zerotier-cli -n '__zerotier_cli_at 2 rules' -F
