// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Random;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.StoredRecords;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The effects of a POST beyond the members in its body (04 sections 5.3, 5.5 and 5.6). */
class RecordJsonTest {
  private static final long NET = 0x0b59471541000001L;
  private static final String NWID = "0b59471541000001";

  private final InMemoryRecordStore store = new InMemoryRecordStore();
  private final Controller controller =
      new Controller(
          RecordedIdentities.identity("r"),
          StoredRecords.NONE,
          store,
          new RecordingOutput(),
          new Random(1));

  private static Map<String, Object> body(String text) {
    return Json.asObject(Json.parse(text));
  }

  private NetworkRecord postNetwork(String text) {
    NetworkRecord before = controller.network(NET).orElse(NetworkJson.create(NET, 1));
    return controller.put(NetworkJson.edit(before, body(text)), 1).record();
  }

  private MemberRecord postMember(String text) {
    MemberRecord before =
        controller.member(NET, 0x0123456789L).orElse(MemberJson.create(NWID, "0123456789", 1));
    ChangeResult<MemberRecord> changed = controller.put(MemberJson.edit(before, body(text), 1), 1);
    return changed.record();
  }

  private static String shown(Map<String, Object> json) {
    return "level " + json.get("remoteTraceLevel") + ", revision " + json.get("revision");
  }

  @Test
  void resetsTraceLevelOfNetworkWithPostThatDoesNotSetIt() {
    NetworkRecord set = postNetwork("{\"remoteTraceLevel\":2}");
    assertEquals("level 2, revision 1", shown(NetworkJson.write(set)));

    NetworkRecord reset = postNetwork("{}");

    assertEquals("level 0, revision 2", shown(NetworkJson.write(reset)));
    assertEquals(0, reset.traceLevel());
    assertEquals("level 0, revision 2", shown(NetworkJson.write(postNetwork("{}"))));
  }

  @Test
  void resetsTraceLevelOfMemberWithPostThatDoesNotSetIt() {
    postNetwork("{}");
    MemberRecord set = postMember("{\"remoteTraceLevel\":2}");
    assertEquals("level 2, revision 1", shown(MemberJson.write(set)));

    MemberRecord reset = postMember("{\"activeBridge\":false}");

    assertEquals("level 0, revision 2", shown(MemberJson.write(reset)));
    assertEquals(0, reset.settings().traceLevel());
    assertEquals("level 0, revision 2", shown(MemberJson.write(postMember("{}"))));
  }

  @Test
  void keepsTraceLevelWithPostThatSetsItAgain() {
    postNetwork("{}");
    postNetwork("{\"remoteTraceLevel\":2}");
    postMember("{\"remoteTraceLevel\":2}");

    NetworkRecord network = postNetwork("{\"remoteTraceLevel\":2}");
    MemberRecord member = postMember("{\"remoteTraceLevel\":2}");

    assertEquals("level 2, revision 2", shown(NetworkJson.write(network)));
    assertEquals("level 2, revision 1", shown(MemberJson.write(member)));
  }

  @Test
  void writesTraceLevelThatRequestReset() {
    postNetwork("{\"private\":false}");
    Identity identity = RecordedIdentities.identity("a");
    controller.answer(new ConfigRequest(NET, identity, Bytes.EMPTY, 0, 0), 1);
    store.save(controller, 1);
    MemberRecord joined = controller.member(NET, identity.address()).orElseThrow();
    controller.put(MemberJson.edit(joined, body("{\"remoteTraceLevel\":2}"), 2), 2);

    controller.answer(new ConfigRequest(NET, identity, Bytes.EMPTY, 0, 0), 1_002);

    MemberRecord reset = controller.member(NET, identity.address()).orElseThrow();
    assertEquals("level 0, revision " + (joined.revision() + 2), shown(MemberJson.write(reset)));
    String text = Json.write(MemberJson.write(reset));
    assertEquals(0, MemberJson.read(NET, text).settings().traceLevel());
  }

  @Test
  void writesSettingsThatAnotherMemberHad() {
    postNetwork("{}");
    MemberRecord old =
        postMember(
            "{\"name\":\"web-1\",\"activeBridge\":true,\"noAutoAssignIps\":true,"
                + "\"ipAssignments\":[\"10.0.0.7\"],\"tags\":[[1,2]],\"capabilities\":[3]}");
    MemberRecord other =
        MemberRecord.unauthorized(NET, 0x0123456701L, 1).withSettings(old.settings());

    String text = Json.write(MemberJson.write(other));

    assertEquals(old.settings(), MemberJson.read(NET, text).settings());
  }

  /** The short way to read a member of the database gives the same as the long one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"name\":\"a \\\"revision\\\":7 b\"",
        "\"later\":{\"revision\":7}",
        "\"later\":[{\"a\":1,\"revision\":7}]",
        "\"later\":[1,0.5,null,\"{\"]",
        "\"zzz\":18446744073709551615,\"authorized\":1,\"ipAssignments\":[\"10.0.0.7\",7]",
        "\"clock\":5,\"recentLog\":[]",
        "\"aaa\":\"\\u0000\\u202e</script>\"",
        "\"revision\":\"7\"",
        "\"revision\":7.5",
        "\"revision\":-3",
        "\"revision\":18446744073709551615"
      })
  void readsStoredMembersAsOthers(String more) {
    String text = "{\"id\":\"0123456789\"" + (more.isEmpty() ? "" : "," + more) + "}";
    String written = Json.write(MemberJson.write(MemberJson.read(NET, text)));
    assertEquals(MemberJson.read(NET, written), MemberJson.readStored(NET, written));
    String sorted = Json.write(Json.parse(text));
    assertEquals(MemberJson.read(NET, sorted), MemberJson.readStored(NET, sorted));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "{",
        "{}",
        "{\"id\":1}",
        "[1,\"revision\":2]",
        "{\"a\":0,\"revision\":1}"
      })
  void rejectsDamagedStoredMembers(String text) {
    assertThrows(IllegalArgumentException.class, () -> MemberJson.readStored(NET, text));
  }
}
