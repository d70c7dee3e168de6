// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.service.http.Response;
import net.backhaul.store.MemberJson;
import net.backhaul.store.NetworkJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoredInputTest {
  private static final long NETWORK = 0x0b59471541000001L;

  private static String names(IgnoredInput ignored) {
    String header = ignored.report(Response.json("{}")).headers().first(IgnoredInput.HEADER);
    return header == null ? "" : header;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {}                                                                           |
          {"name":"x","private":false,"mtu":1400,"multicastLimit":7}                   |
          {"mtu":"1400","private":0,"enableBroadcast":"true","v4AssignMode":"zt"}      |
          {"v6AssignMode":{"zt":true},"routes":[{"target":"fd00::0001/64"}]}           |
          {"routes":"x"}                                                               | routes
          {"routes":[{"target":"10.0.0.0/8"},{"target":"junk"}]}                       | routes[1]
          {"routes":[{"target":"10.0.0.0/8","via":"fd00::1"}]}                         | routes[0]
          {"routes":[{"target":"10.0.0.0/99"}]}                                        | routes[0]
          {"ipAssignmentPools":[{"ipRangeStart":"10.0.0.1","ipRangeEnd":"fd00::1"}]}   | ipAssignmentPools[0]
          {"mtu":99999}                                                                | mtu
          {"multicastLimit":-1}                                                        | multicastLimit
          {"private":"maybe"}                                                          | private
          {"name":["x"]}                                                               | name
          {"rules":[{"type":"ACTION_ACCEPT"},{"type":"NO_SUCH"}]}                      | rules[1]
          {"tags":[{"id":7,"default":1},{"id":3}]}                                     |
          {"dns":"example.org"}                                                        | dns
          {"nosuch":1,"revision":99,"id":"0b59471541000001"}                           | nosuch, revision
          {"a b,c":1}                                                                  | a?b?c
          """)
  void namesWhatDoesNotChangeNetwork(String sent, String expected) {
    Map<String, Object> wanted = Json.asObject(Json.parse(sent));
    var before = NetworkJson.create(NETWORK, 1);
    var ignored = new IgnoredInput();

    ignored.compare(
        wanted, NetworkJson.write(before), NetworkJson.write(NetworkJson.edit(before, wanted)));

    assertEquals(expected == null ? "" : expected, names(ignored));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"authorized":true,"ipAssignments":["10.0.0.1","fd00:0::1"],"tags":[[9,1],[2,3]]} |
          {"ipAssignments":["10.0.0.1","junk"]}                                             | ipAssignments[1]
          {"tags":[[1]],"capabilities":{},"vMajor":3}                                       | capabilities, tags[0], vMajor
          {"capabilities":[3,1,2]}                                                          |
          """)
  void namesWhatDoesNotChangeMember(String sent, String expected) {
    Map<String, Object> wanted = Json.asObject(Json.parse(sent));
    var before = MemberJson.create("0b59471541000001", "0123456789", 1);
    var ignored = new IgnoredInput();

    ignored.compare(
        wanted, MemberJson.write(before), MemberJson.write(MemberJson.edit(before, wanted, 2)));

    assertEquals(expected == null ? "" : expected, names(ignored));
  }

  @Test
  void acceptsWholeObjectThatWasReadBefore() {
    var before = NetworkJson.create(NETWORK, 1);
    Map<String, Object> wanted = NetworkJson.write(before);
    wanted.put("name", "new");
    var ignored = new IgnoredInput();

    ignored.compare(
        wanted, NetworkJson.write(before), NetworkJson.write(NetworkJson.edit(before, wanted)));

    assertEquals("", names(ignored));
  }

  @Test
  void limitsNamesAndTheirLength() {
    var ignored = new IgnoredInput();
    for (int i = 0; i < 1_000; i++) {
      ignored.add("k".repeat(1_000));
    }

    List<String> names = List.of(names(ignored).split(", "));
    assertEquals(IgnoredInput.MAX_NAMES + 1, names.size());
    assertEquals("k".repeat(64), names.getFirst());
    assertEquals("...", names.getLast());
  }
}
