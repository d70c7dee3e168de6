// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The source that a controller keeps with a network. */
class NetworkSourceTest {
  private static final String SOURCE =
      "# office\ntag role id 7 default guest enum 1 guest enum 2 server;\n"
          + "cap ssh id 3 accept ipprotocol tcp and dport 22; ;\n"
          + "drop not ethertype ipv4 and not ethertype arp;\naccept;\n";

  private static Map<String, @Nullable Object> network(String source) throws RulesException {
    Map<String, @Nullable Object> network = Json.object();
    network.put(NetworkSource.MEMBER, "");
    network.putAll(Json.asObject(RulesCompiler.compile(source).json().get("config")));
    return network;
  }

  private static Map<String, @Nullable Object> change(
      Map<String, @Nullable Object> before, Map<String, @Nullable Object> body) {
    Map<String, @Nullable Object> after = Json.object();
    after.putAll(before);
    for (String key : List.of("rules", "capabilities", "tags")) {
      if (body.containsKey(key)) {
        after.put(key, body.get(key));
      }
    }
    NetworkSource.update(before, after, NetworkSource.Sent.read(body));
    return after;
  }

  private static Map<String, @Nullable Object> saved() throws RulesException {
    Map<String, @Nullable Object> body = network(SOURCE);
    body.put(NetworkSource.MEMBER, SOURCE);
    return change(network("accept;"), body);
  }

  @Test
  void keepsASourceThatCompilesToTheRules() throws RulesException {
    assertEquals(SOURCE, saved().get(NetworkSource.MEMBER));
    assertEquals(SOURCE, NetworkSource.of(saved()));
    assertFalse(NetworkSource.isOutdated(saved()));
  }

  @Test
  void keepsNoSourceThatCompilesToOtherRules() throws RulesException {
    Map<String, @Nullable Object> body = Json.object();
    body.put(NetworkSource.MEMBER, "drop;");

    assertEquals("", change(network("accept;"), body).get(NetworkSource.MEMBER));
    assertEquals(SOURCE, change(saved(), body).get(NetworkSource.MEMBER));
    body.put(NetworkSource.MEMBER, "");
    assertEquals(SOURCE, change(saved(), body).get(NetworkSource.MEMBER));
    body.put(NetworkSource.MEMBER, 5L);
    assertEquals(SOURCE, change(saved(), body).get(NetworkSource.MEMBER));
    body.put(NetworkSource.MEMBER, null);
    assertEquals(SOURCE, change(saved(), body).get(NetworkSource.MEMBER));
  }

  @Test
  void keepsTheSourceWhereAClientSendsTheWholeObjectBack() throws RulesException {
    Map<String, @Nullable Object> saved = saved();

    assertEquals(saved, change(saved, saved));
  }

  @Test
  void marksTheSourceWhereRulesAreSetWithoutIt() throws RulesException {
    Map<String, @Nullable Object> wholeObject = saved();
    wholeObject.put("rules", network("drop ethertype arp;\naccept;").get("rules"));

    Map<String, @Nullable Object> changed = change(saved(), wholeObject);

    assertEquals(SOURCE, changed.get(NetworkSource.MEMBER));
    assertEquals(true, changed.get(NetworkSource.OUTDATED));
    assertTrue(NetworkSource.isOutdated(changed));
  }

  @Test
  void clearsTheMarkWhereTheSourceFitsAgain() throws RulesException {
    Map<String, @Nullable Object> other = network("accept;");
    other.remove(NetworkSource.MEMBER);
    Map<String, @Nullable Object> outdated = change(saved(), other);
    assertEquals(true, outdated.get(NetworkSource.OUTDATED));

    Map<String, @Nullable Object> again = network(SOURCE);
    again.put(NetworkSource.MEMBER, SOURCE);
    assertEquals(saved(), change(outdated, again));
    Map<String, @Nullable Object> withSource = network("drop;");
    withSource.put(NetworkSource.MEMBER, "drop;");
    Map<String, @Nullable Object> renewed = change(outdated, withSource);
    assertEquals("drop;", renewed.get(NetworkSource.MEMBER));
    assertFalse(renewed.containsKey(NetworkSource.OUTDATED));
  }

  @Test
  void keepsNamesOfAnOutdatedSource() throws RulesException {
    Map<String, @Nullable Object> changed = saved();
    String other =
        "tag x id 7 default 9; tag y id 8; cap z id 3 drop treq x 2; ; drop tseq x 1 and teq y 5;"
            + " accept;";
    changed.putAll(network(other));
    changed.put(NetworkSource.MEMBER, SOURCE);

    String source = NetworkSource.of(changed);

    assertEquals(
        "tag role\n  id 7\n  enum 1 guest\n  enum 2 server\n  default 9\n;\n\n"
            + "tag tag_8\n  id 8\n;\n\n"
            + "cap ssh\n  id 3\n  drop\n    treq role server\n  ;\n;\n\n"
            + "drop\n  tseq role guest\n  teq tag_8 5\n;\naccept;\n",
        source);
    changed.put(NetworkSource.MEMBER, "# a source that does not compile\naccept dport;");
    assertTrue(NetworkSource.of(changed).startsWith("tag tag_7\n"));
  }

  @Test
  void keepsNoLongSource() throws RulesException {
    String fits = "accept;" + "#".repeat(NetworkSource.MAX_CHARS - "accept;".length());
    Map<String, @Nullable Object> body = network("accept;");
    body.put(NetworkSource.MEMBER, fits.replace(";#", "; #").substring(0, fits.length()));
    assertEquals(
        body.get(NetworkSource.MEMBER), change(network("drop;"), body).get(NetworkSource.MEMBER));

    body.put(NetworkSource.MEMBER, body.get(NetworkSource.MEMBER) + "#");
    assertEquals("", change(network("drop;"), body).get(NetworkSource.MEMBER));
  }
}
