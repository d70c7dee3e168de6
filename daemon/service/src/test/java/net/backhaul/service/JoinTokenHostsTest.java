// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A member whose requests carry a join token that the controller does not know, on hosts of their
 * own. With {@code -Dbackhaul.rootPrograms} the controller is another implementation, which has
 * never heard of tokens (03 section 1.5).
 */
class JoinTokenHostsTest {
  @RegisterExtension static final SharedMembers MEMBERS = new SharedMembers(1);

  @Test
  void unknownTokenNeitherAdmitsNorExcludes() throws Exception {
    NamespaceMembers nodes = MEMBERS.nodes();
    NamespaceNode member = nodes.members().getFirst();
    String network =
        nodes.network(
            41,
            """
            {"private": true, "v4AssignMode": {"zt": true},
             "routes": [{"target": "10.41.0.0/24"}],
             "ipAssignmentPools": [{"ipRangeStart": "10.41.0.1", "ipRangeEnd": "10.41.0.9"}]}
            """);

    String joined = member.cli("join", network, "--token", "bhj_" + "u".repeat(43));

    assertTrue(joined.startsWith("0\n"), joined);
    Await.until(
        () -> "ACCESS_DENIED".equals(NamespaceMembers.field(member, network, "status")),
        () -> String.valueOf(NamespaceMembers.field(member, network, "status")));
    String recorded =
        nodes.controller.request(
            "GET", "/controller/network/" + network + "/member/" + member.address(), "");
    assertTrue(recorded.replace(" ", "").contains("\"authorized\":false"), recorded);
    nodes.set(member, network, "{\"authorized\": true}");
    NamespaceMembers.awaitDevice(member, network, "10.41.0.");
  }
}
