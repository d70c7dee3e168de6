// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hosts that requests may name. */
class HostNamesTest {
  private final HostNames hosts =
      new HostNames(Set.of("localhost", "VPN.example.org", "*.mesh.example.org"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:9994",
        "LOCALHOST:9994",
        "vpn.example.org:443",
        "a.mesh.example.org",
        "192.0.2.1:9994",
        "[::1]:9994",
        "[fd00::1]"
      })
  void acceptsOwnNamesAndAddresses(String header) {
    assertTrue(hosts.accepts(header));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":9994",
        "example.org",
        "localhost.example.org",
        "vpn.example.org.evil.example",
        "a.b.mesh.example.org",
        "mesh.example.org",
        "192.0.2.1.evil.example",
        "localhost:x",
        "localhost:123456",
        "localhost, evil.example",
        "evil.example, localhost",
        "::1",
        "[::1",
        "[192.0.2.1]",
        "2130706433.example"
      })
  void rejectsOthers(String header) {
    assertFalse(hosts.accepts(header));
  }
}
