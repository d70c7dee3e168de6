# SPDX-License-Identifier: Apache-2.0
# Completion of zerotier-idtool for fish. Generated from its command line: do not edit.

# Whether so many words stand before the cursor, beside switches, the first of which is this command.
function __zerotier_idtool_at --argument-names count command
    set -l words (commandline -opc)
    set -l words (string match -v -- '-*' $words[2..])
    test (count $words) -eq $count; and contains -- "$command" '' $words[1]
end

complete -c zerotier-idtool -f
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'generate' -d 'Generate an identity; vanity: the first digits of its address'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'validate' -d 'Check that the address of an identity belongs to its key'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'getpublic' -d 'Print the public part of an identity'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'sign' -d 'Print the signature of a file'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'verify' -d 'Check the signature of a file'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'initmoon' -d 'Print a moon of one root as JSON, to be completed'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'genmoon' -d 'Sign a moon and write it to <world ID>.moon'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'genplanet' -d 'Sign a planet of up to four roots and write it to a file'
complete -c zerotier-idtool -n '__zerotier_idtool_at 0' -a 'version' -d 'Show the version of this program, Backhaul'
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 generate' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 2 generate' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 validate' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 getpublic' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 sign' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 2 sign' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 verify' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 2 verify' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 initmoon' -F
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 genmoon' -F
complete -c zerotier-idtool -n 'contains -- genplanet (commandline -opc)' -l id -x -d 'World ID (default: the address of the first root)'
complete -c zerotier-idtool -n 'contains -- genplanet (commandline -opc)' -l timestamp -x -d 'Version, in milliseconds since 1970 (default: now)'
complete -c zerotier-idtool -n 'contains -- genplanet (commandline -opc)' -l help -d 'Show this help'
complete -c zerotier-idtool -n '__zerotier_idtool_at 1 genplanet' -F
complete -c zerotier-idtool -n 'contains -- genplanet (commandline -opc)' -F
