// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import net.backhaul.controller.Controller;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.StoredRecords;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replays the files and configurations of the reference's controller. */
class RecordedNetworksTest {
  private static final Bytes META_DATA = Bytes.of(RequestMetaData.ours("linux/x86_64"));

  /** A network with random addresses, of which only the prefix is known. */
  private static final String RANDOM_V6 = "0b59471541ab000b";

  private final InMemoryRecordStore store = new InMemoryRecordStore();
  private final RecordingOutput output = new RecordingOutput();

  private Controller controller(List<NetworkRecord> networks, List<MemberRecord> members) {
    return new Controller(
        RecordedIdentities.identity("r"),
        new StoredRecords(networks, members, List.of()),
        store,
        output,
        new Random(1));
  }

  private static ConfigRequest request(long networkId, Identity member) {
    return new ConfigRequest(networkId, member, META_DATA, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0b594715410000a1", "0b59471541ab000c"})
  void issuesRecordedConfigurationByteForByte(String nwid) {
    JsonNode files = Vectors.file("service/files.json");
    long networkId = NetworkIds.parse(nwid);
    var networks = new ArrayList<NetworkRecord>();
    var members = new ArrayList<MemberRecord>();
    for (Map.Entry<String, JsonNode> each : files.required("controller.d").properties()) {
      String text = each.getValue().path("text").asText();
      if (each.getKey().equals("network/" + nwid + ".json")) {
        networks.add(NetworkJson.read(text));
      } else if (each.getKey().startsWith("network/" + nwid + "/member/")) {
        members.add(MemberJson.read(networkId, text));
      }
    }
    JsonNode recorded = files.required("networks.d").required(nwid + ".conf");
    long issuedMs = Long.parseLong(recorded.required("decoded").required("ts").asText(), 16);

    ConfigAnswer answer =
        controller(networks, members)
            .answer(request(networkId, RecordedIdentities.identity("a")), issuedMs);

    assertEquals(List.of(), store.changes);
    var granted = assertInstanceOf(ConfigAnswer.Granted.class, answer);
    assertEquals(
        recorded.required("hex").asText(), HexFormat.of().formatHex(granted.config().encode()));
  }

  @Test
  void writesStoredFilesUnchanged() {
    int count = 0;
    JsonNode files = Vectors.file("service/files.json").required("controller.d");
    for (Map.Entry<String, JsonNode> each : files.properties()) {
      if (!each.getKey().startsWith("network/")) {
        continue;
      }
      String text = each.getValue().required("text").asText();
      boolean isMember = each.getKey().contains("/member/");
      assertEquals(
          text,
          Json.write(
              isMember
                  ? MemberJson.write(
                      MemberJson.read(NetworkIds.parse(each.getKey().substring(8, 24)), text))
                  : NetworkJson.write(NetworkJson.read(text))));
      count++;
    }
    assertEquals(6, count);
  }

  @Test
  void assignsRecordedAddresses() {
    JsonNode recorded = Vectors.file("service/controller-ip-assignment.json");
    var networks = new ArrayList<NetworkRecord>();
    for (Map.Entry<String, JsonNode> each : recorded.required("networks").properties()) {
      NetworkRecord fresh = NetworkJson.create(NetworkIds.parse(each.getKey()), 1);
      String posted = each.getValue().required("config_posted").toString();
      Map<String, Object> wanted = Json.asObject(Json.parse(posted));
      wanted.put("private", false);
      networks.add(NetworkJson.edit(fresh, wanted));
    }
    Controller controller = controller(networks, List.of());

    for (String name : List.of("a", "b", "c")) {
      for (NetworkRecord network : networks) {
        Identity member = RecordedIdentities.identity(name);
        output.pushed.clear();
        assertInstanceOf(
            ConfigAnswer.Ignored.class, controller.answer(request(network.id(), member), 1_000));
        store.save(controller, 1_000);
        JsonNode expected =
            recorded
                .required("results")
                .path(Addresses.text(member.address()))
                .path(NetworkIds.text(network.id()));
        if (!expected.isMissingNode()) {
          assertAddresses(controller, network, member.address(), expected);
        }
      }
    }
  }

  private void assertAddresses(
      Controller controller, NetworkRecord network, long member, JsonNode expected) {
    String nwid = NetworkIds.text(network.id());
    List<IpPrefix> pushed = output.pushed.get(member).addresses();
    MemberRecord record = controller.member(network.id(), member).orElseThrow();
    if (nwid.equals(RANDOM_V6)) {
      assertEquals(1, pushed.size());
      assertTrue(IpPrefix.parse("fd0b::/120").contains(pushed.getFirst().address()));
      assertEquals(64, pushed.getFirst().bits());
      return;
    }
    assertEquals(
        new TreeSet<>(texts(expected.required("local_assignedAddresses"))),
        new TreeSet<>(pushed.stream().map(IpPrefix::toString).toList()),
        nwid);
    assertEquals(
        expected.required("member_ipAssignments").toString(),
        Json.write(MemberJson.write(record).get("ipAssignments")),
        nwid);
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
