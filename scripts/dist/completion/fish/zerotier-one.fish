# SPDX-License-Identifier: Apache-2.0
# Completion of zerotier-one for fish. Generated from its command line: do not edit.

# Whether so many words stand before the cursor, beside switches, the first of which is this command.
function __zerotier_one_at --argument-names count command
    set -l words (commandline -opc)
    set -l words (string match -v -- '-*' $words[2..])
    test (count $words) -eq $count; and contains -- "$command" '' $words[1]
end

complete -c zerotier-one -f
complete -c zerotier-one -s h -d 'Display this help'
complete -c zerotier-one -s v -d 'Show version'
complete -c zerotier-one -s U -d 'Skip privilege check and do not attempt to drop privileges'
complete -c zerotier-one -s p -x -d 'Port for UDP and TCP/HTTP (default: 9993, 0 for random)'
complete -c zerotier-one -s d -d 'Fork and run as daemon (Unix-ish OSes)'
complete -c zerotier-one -s i -d 'Generate and manage identities (zerotier-idtool)'
complete -c zerotier-one -s q -d 'Query API (zerotier-cli)'
# The words after -i and -q are those of another program.
function __zerotier_one_other
    set -l words (commandline -opc)[2..] (commandline -ct)
    for i in (seq (count $words))
        switch $words[$i]
            case -i
                complete -C (string join ' ' -- zerotier-idtool $words[(math $i + 1)..])
                return
            case -q
                complete -C (string join ' ' -- zerotier-cli $words[(math $i + 1)..])
                return
        end
    end
    __fish_complete_directories (commandline -ct)
end

complete -c zerotier-one -a '(__zerotier_one_other)'
