// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.dns;

import java.util.List;

/** Runs the programs that configure resolvers; a test has its own. */
interface DnsCommands {
  /** Returns whether systemd-resolved runs and can be configured. */
  boolean hasResolved();

  /** Returns whether there is a program resolvconf. */
  boolean hasResolvconf();

  /** Returns the names under which resolvconf has configurations. */
  List<String> resolvconfNames();

  /**
   * Runs a program.
   *
   * @param input its standard input
   * @return an empty text if it succeeds, else what it wrote
   */
  String run(List<String> words, String input);
}
