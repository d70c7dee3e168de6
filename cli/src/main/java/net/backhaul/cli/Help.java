// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

/** What is printed where a command line asks for help or needs it (04 section 1.6). */
final class Help {
  /** The version of the reference that is matched, and that everybody is told. */
  static final String VERSION = "1.14.1";

  private static final int ARCHITECTURE_JVM = 14;

  private Help() {}

  static String cli() {
    return "Backhaul version "
        + VERSION
        + " build 0 (platform "
        + Platform.CURRENT.number()
        + " arch "
        + ARCHITECTURE_JVM
        + ")\n"
        + CLI;
  }

  static String idtool() {
    return "Backhaul version " + VERSION + "\n" + IDTOOL;
  }

  private static final String CLI =
      """
      Licensed under the Apache License, Version 2.0
      Usage: zerotier-cli [-switches] <command/path> [<args>]

      Switches, each with its value in the same word:
        -h                      - Show this help
        -v                      - Show the version
        -j                      - Print the daemon's JSON instead of a table
        -D<path>                - Home of the daemon, to find its port and token
        -p<port>                - Port of the daemon (otherwise found in its home)
        -T<token>               - Authentication token (otherwise found in its home)

      Commands:
        info                    - Show this node's address and whether it is online
        listpeers               - List all peers
        peers                   - List all peers as a table
        listnetworks            - List all networks
        join <network ID>       - Join a network
        leave <network ID>      - Leave a network
        set <network ID> <setting>=<value>
                                - Set allowManaged, allowGlobal, allowDefault or allowDNS
        get <network ID> <property>
                                - Print a property of a network
        listmoons               - List moons (additional sets of roots)
        orbit <world ID> <seed> - Join a moon through any of its roots
        deorbit <world ID>      - Leave a moon
        listbonds               - List bonded peers
        bond <address> show     - Show the links to a bonded peer
        bond <address> rotate   - Use another link to a bonded peer
        bond setmtu <mtu> <interface> <ip>
                                - Set the MTU of a link
        dump                    - Write all that helps with a problem into a file
        /<path>                 - Print what the daemon's API answers

      Properties of a network are the names in "zerotier-cli -j listnetworks", and besides
      ip, ip4, ip6, ip6plane and ip6prefix: "zerotier-cli get <network ID> ip4" prints the
      IPv4 addresses that this node has on the network.
      """;

  private static final String IDTOOL =
      """
      Licensed under the Apache License, Version 2.0
      Usage: zerotier-idtool <command> [<args>]

      Commands:
        generate [<identity.secret>] [<identity.public>] [<vanity>]
                                - Make an identity; vanity: first digits of its address
        validate <identity>     - Check that an address belongs to its key
        getpublic <identity>    - Print the part of an identity that others may see
        sign <identity.secret> <file>
                                - Print the signature of a file
        verify <identity> <file> <signature>
                                - Check the signature of a file
        initmoon <identity of first root>
                                - Print the beginnings of a moon, as JSON
        genmoon <moon json>     - Sign a moon and write it to <world ID>.moon
        genplanet <file> <ip/port>[,<ip/port>...]=<identity file> ...
                                - Sign a planet of up to four roots and write it to a file;
                                  "genplanet --help" tells more

      An identity is the name of a file, or the identity itself.
      """;
}
