// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.Map;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondStatus;
import net.backhaul.engine.PeerStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import org.jspecify.annotations.Nullable;

/** Makes the objects of peers and their paths (04 section 4.5.3). */
final class PeerJson {
  private PeerJson() {}

  /**
   * Returns the object of a peer.
   *
   * @param tunneled whether a TCP relay is in use
   */
  static Map<String, @Nullable Object> object(PeerStatus peer, boolean tunneled, long nowMs) {
    Map<String, @Nullable Object> out = Json.object();
    BondStatus bond = peer.bond();
    out.put("address", Addresses.text(peer.address()));
    out.put("versionMajor", peer.major());
    out.put("versionMinor", peer.minor());
    out.put("versionRev", peer.revision());
    out.put("version", peer.major() + "." + peer.minor() + "." + peer.revision());
    out.put("latency", peer.latencyMs());
    out.put("role", peer.role().name());
    out.put("isBonded", bond != null);
    out.put("tunneled", tunneled);
    if (bond != null) {
      BondPolicy policy = bond.policy();
      out.put("bondingPolicyCode", policy.base().code());
      out.put("bondingPolicyStr", policy.base().text());
      out.put("numAliveLinks", bond.aliveLinks());
      out.put("numTotalLinks", bond.totalLinks());
      out.put("failoverInterval", policy.timing().failoverIntervalMs());
      out.put("downDelay", policy.timing().downDelayMs());
      out.put("upDelay", policy.timing().upDelayMs());
      out.put("packetsPerLink", policy.packetsPerLink());
    }
    var paths = new ArrayList<@Nullable Object>();
    peer.paths().forEach(path -> paths.add(path(path, nowMs)));
    out.put("paths", paths);
    return out;
  }

  private static Map<String, @Nullable Object> path(PeerStatus.PathStatus path, long nowMs) {
    Map<String, @Nullable Object> out = Json.object();
    BondStatus.LinkStatus link = path.link();
    out.put("address", Endpoints.text(path.endpoint()));
    out.put("lastSend", path.lastSendMs());
    out.put("lastReceive", path.lastReceiveMs());
    out.put("trustedPathId", path.trustedPathId());
    out.put("active", true);
    out.put("expired", false);
    out.put("preferred", path.preferred());
    out.put("localSocket", path.socket() + 1);
    out.put("localPort", link == null ? 0 : link.localPort());
    if (link != null) {
      out.put("ifname", link.device());
      out.put("latencyMean", link.latencyMs());
      out.put("latencyVariance", link.varianceMs());
      out.put("packetLossRatio", link.loss());
      out.put("packetErrorRatio", 0.0);
      out.put("relativeQuality", link.quality());
      out.put("assignedFlowCount", link.flows());
      out.put("lastInAge", nowMs - path.lastReceiveMs());
      out.put("lastOutAge", nowMs - path.lastSendMs());
      out.put("bonded", link.isBonded() ? 1 : 0);
      out.put("eligible", link.isEligible() ? 1 : 0);
      out.put("givenLinkSpeed", link.link().capacity());
    }
    return out;
  }
}
