// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/**
 * The state of a bond at one moment.
 *
 * @param aliveLinks how many of its paths answer
 * @param totalLinks how many paths it has
 */
public record BondStatus(BondPolicy policy, int aliveLinks, int totalLinks) {
  /**
   * The state of one path of a bonded peer.
   *
   * @param device the interface of the host
   * @param localPort the port of the socket
   * @param isBonded whether packets may take it now
   * @param isEligible whether packets could take it
   * @param latencyMs mean of the round trips
   * @param varianceMs their mean deviation
   * @param loss share of probes that were not answered
   * @param quality of all paths the best has 1; 0 while unknown
   * @param flows the number of flows that take it
   */
  public record LinkStatus(
      String device,
      int localPort,
      BondPolicy.Link link,
      boolean isBonded,
      boolean isEligible,
      double latencyMs,
      double varianceMs,
      double loss,
      double quality,
      int flows) {}
}
