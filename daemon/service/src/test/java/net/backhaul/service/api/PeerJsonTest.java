// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.Base;
import net.backhaul.engine.BondPolicy.IpPreference;
import net.backhaul.engine.BondPolicy.Timing;
import net.backhaul.engine.BondStatus;
import net.backhaul.engine.LatencyHistogram;
import net.backhaul.engine.PeerStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

/** The objects of bonded peers are those of {@code api-bond.json} (04 section 4.5.3). */
class PeerJsonTest {
  @Test
  void writesBondedPeersAsRecorded() throws Exception {
    var mapper = new ObjectMapper();
    int compared = 0;
    for (JsonNode step : Vectors.file("service/api-bond.json").required("steps")) {
      JsonNode response = step.required("response");
      if (step.required("request").required("target").asText().startsWith("/bond/show/")
          && response.required("status").asInt() == 200) {
        JsonNode recorded = mapper.readTree(response.required("body").asText());
        JsonNode path = recorded.required("paths").get(0);
        long nowMs = path.required("lastReceive").asLong() + path.required("lastInAge").asLong();

        JsonNode ours = mapper.readTree(Json.write(PeerJson.object(peer(recorded), false, nowMs)));

        assertEquals(withoutHandles(recorded), withoutHandles(ours));
        compared++;
      }
    }
    assertTrue(compared == 3, compared + " peers");
  }

  /** The numbers of sockets are opaque. */
  private static JsonNode withoutHandles(JsonNode peer) {
    peer.required("paths").forEach(path -> ((ObjectNode) path).put("localSocket", 1));
    return peer;
  }

  private static PeerStatus peer(JsonNode recorded) {
    Base base = Base.of(recorded.required("bondingPolicyStr").asText());
    BondPolicy policy =
        new BondPolicy(
            "recorded",
            base,
            new Timing(
                recorded.required("failoverInterval").asInt(),
                recorded.required("upDelay").asInt(),
                recorded.required("downDelay").asInt()),
            BondPolicy.Selection.ALWAYS,
            recorded.required("packetsPerLink").asInt(),
            BondPolicy.QualityLimits.DEFAULT,
            Map.of());
    var paths = new ArrayList<PeerStatus.PathStatus>();
    recorded.required("paths").forEach(path -> paths.add(path(path)));
    return new PeerStatus(
        Addresses.parse(recorded.required("address").asText()),
        recorded.required("versionMajor").asInt(),
        recorded.required("versionMinor").asInt(),
        recorded.required("versionRev").asInt(),
        recorded.required("latency").asInt(),
        PeerStatus.Role.LEAF,
        paths,
        0,
        new PeerStatus.PacketCounts(0, 0, 0),
        new LatencyHistogram(List.of(), 0, 0),
        new BondStatus(
            policy,
            recorded.required("numAliveLinks").asInt(),
            recorded.required("numTotalLinks").asInt()));
  }

  private static PeerStatus.PathStatus path(JsonNode path) {
    var link =
        new BondPolicy.Link(
            true, path.required("givenLinkSpeed").asLong(), IpPreference.ANY, 0, false, "");
    return new PeerStatus.PathStatus(
        Endpoints.parse(path.required("address").asText()),
        0,
        path.required("lastSend").asLong(),
        path.required("lastReceive").asLong(),
        path.required("preferred").asBoolean(),
        0,
        new BondStatus.LinkStatus(
            path.required("ifname").asText(),
            path.required("localPort").asInt(),
            link,
            path.required("bonded").asInt() == 1,
            path.required("eligible").asInt() == 1,
            path.required("latencyMean").asDouble(),
            path.required("latencyVariance").asDouble(),
            path.required("packetLossRatio").asDouble(),
            path.required("relativeQuality").asDouble(),
            path.required("assignedFlowCount").asInt()));
  }
}
