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
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'status' -d 'Show the same, or how each peer is reached'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listpeers' -d 'List all peers'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'peers' -d 'List all peers as a table'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'ping' -d 'Measure the round trip to a peer, direct or relayed'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listnetworks' -d 'List all networks'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'join' -d 'Join a network'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'leave' -d 'Leave a network'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'set' -d 'Set allowManaged, allowGlobal, allowDefault or allowDNS'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'get' -d 'Print a property of a network'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'members' -d 'List the members of a network, if it has a directory'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'bridge' -d 'Bridge a network with devices'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'gateway' -d 'Forward packets of members through a device'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listmoons' -d 'List moons (additional sets of roots)'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'orbit' -d 'Join a moon through any of its roots'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'deorbit' -d 'Leave a moon'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'root' -d 'Make a planet of its own, with this node as its root'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'planet' -d 'Use the roots of another planet: its text, file or https URL'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'listbonds' -d 'List bonded peers'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'bond' -d 'Show the links to a bonded peer'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'doctor' -d 'Check this host and its daemon, and say what to do'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'dump' -d 'Write a file with what helps to analyse a problem'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'rules' -d 'Compile a source of the rules language, run its tests, and report errors'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'controller' -d 'List the networks of this node\'s controller'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'web' -d 'Start the web API of the controller, also at the next starts'
complete -c zerotier-cli -n '__zerotier_cli_at 0' -a 'version' -d 'Show the version of this program, Backhaul'
complete -c zerotier-cli -n 'contains -- status (commandline -opc)' -l long -d 'Show also NAT, roots, and each peer\'s path, or why it has none'
complete -c zerotier-cli -n 'contains -- ping (commandline -opc)' -l count -x -d 'How many echoes, one a second (default: 5)'
complete -c zerotier-cli -n 'contains -- ping (commandline -opc)' -l size -x -d 'Data of each, 8 to 9600 (default: 56)'
complete -c zerotier-cli -n '__zerotier_cli_at 1 ping' -a '(__zerotier_cli_listed listpeers \'^200 listpeers ([0-9a-f]{10}) .* ([A-Z]+)$\')'
complete -c zerotier-cli -n 'contains -- join (commandline -opc)' -l token -x -d 'A join token of its controller; - reads it'
complete -c zerotier-cli -n '__zerotier_cli_at 1 leave' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 1 set' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 2 set' -a 'allowManaged=1 allowManaged=0 allowGlobal=1 allowGlobal=0 allowDefault=1 allowDefault=0 allowDNS=1 allowDNS=0'
complete -c zerotier-cli -n '__zerotier_cli_at 1 get' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 2 get' -a 'ip ip4 ip6 ip6plane ip6prefix allowDNS allowDefault allowGlobal allowManaged bridge broadcastEnabled dhcp id mac mtu name netconfRevision nwid portDeviceName portError status type'
complete -c zerotier-cli -n '__zerotier_cli_at 1 members' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n 'contains -- bridge (commandline -opc)' -l add -x -d 'Further ports of the bridge, such as eth1,eth2'
complete -c zerotier-cli -n '__zerotier_cli_at 1 bridge' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n 'contains -- gateway (commandline -opc)' -l out -x -d 'The device through which packets leave'
complete -c zerotier-cli -n '__zerotier_cli_at 1 gateway' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 1 deorbit' -a '(__zerotier_cli_listed listmoons \'.*"id": *"([0-9a-f]+)"().*\')'
complete -c zerotier-cli -n 'contains -- root (commandline -opc)' -l endpoint -x -d 'Where other hosts reach the root; without port: this daemon\'s'
complete -c zerotier-cli -n '__zerotier_cli_at 1 root' -a 'init add remove show'
complete -c zerotier-cli -n '__zerotier_cli_at 2 root' -F
complete -c zerotier-cli -n '__zerotier_cli_at 1 planet' -a 'use'
complete -c zerotier-cli -n '__zerotier_cli_at 2 planet' -F
complete -c zerotier-cli -n '__zerotier_cli_at 1 bond' -a '(__zerotier_cli_listed listpeers \'^200 listpeers ([0-9a-f]{10}) .* ([A-Z]+)$\')'
complete -c zerotier-cli -n '__zerotier_cli_at 2 bond' -a 'show rotate'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l from -x -d 'The sender: new, an address, a name, or tag=value'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l to -x -d 'The receiver, likewise'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l ethertype -x -d 'EtherType: a name or a number'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l proto -x -d 'IP protocol: a name or a number'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l sport -x -d 'Source port (default: 49152)'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l dport -x -d 'Destination port (default: all)'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l src -x -d 'Source address (default: one of the sender)'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l dst -x -d 'Destination address (default: one of the receiver)'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l icmp -x -d 'ICMP type and code (default: echo request)'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l flags -x -d 'TCP flags, such as syn,ack (default: syn)'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l vlan -x -d 'VLAN tag of the frame'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l tos -x -d 'Type of service (default: 0)'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l framesize -x -d 'Length without the Ethernet header'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l multicast -d 'The frame is sent to a multicast group'
complete -c zerotier-cli -n 'contains -- rules (commandline -opc)' -l broadcast -d 'The frame is sent to all'
complete -c zerotier-cli -n '__zerotier_cli_at 1 rules' -a 'check decompile explain matrix'
complete -c zerotier-cli -n '__zerotier_cli_at 2 rules' -F
complete -c zerotier-cli -n 'contains -- controller (commandline -opc)' -l force -d 'Set rules also if members lose flows that they have now'
complete -c zerotier-cli -n 'contains -- controller (commandline -opc)' -l uses -x -d 'How many members a token admits (default: 1)'
complete -c zerotier-cli -n 'contains -- controller (commandline -opc)' -l days -x -d 'How long a token is valid (default: 1)'
complete -c zerotier-cli -n 'contains -- controller (commandline -opc)' -l name -x -d 'Name of a token, for operators'
complete -c zerotier-cli -n '__zerotier_cli_at 1 controller' -a 'list show create set members authorize deauthorize block unblock name delete bin restore purge tag capability token log watch network'
complete -c zerotier-cli -n '__zerotier_cli_at 2 controller' -a '(__zerotier_cli_listed listnetworks \'^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*\')'
complete -c zerotier-cli -n '__zerotier_cli_at 3 controller' -a 'rules name directory'
complete -c zerotier-cli -n '__zerotier_cli_at 4 controller' -a 'set get on off'
complete -c zerotier-cli -n '__zerotier_cli_at 5 controller' -F
complete -c zerotier-cli -n 'contains -- web (commandline -opc)' -l listen -x -d 'Where it listens (default: 127.0.0.1:9994)'
complete -c zerotier-cli -n 'contains -- web (commandline -opc)' -l tls -x -d 'Use TLS with this certificate; its key follows'
complete -c zerotier-cli -n 'contains -- web (commandline -opc)' -l self-signed -d 'Use TLS with a certificate of its own'
complete -c zerotier-cli -n 'contains -- web (commandline -opc)' -l url -x -d 'URL of a reverse proxy on this host'
complete -c zerotier-cli -n '__zerotier_cli_at 1 web' -a 'enable disable status reset'
