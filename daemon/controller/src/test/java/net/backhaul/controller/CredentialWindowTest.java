// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.backhaul.protocol.network.NetworkConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The time for which credentials agree (04 section 5.8). */
class CredentialWindowTest {
  @ParameterizedTest
  @CsvSource({
    "0, 300000",
    "1, 300000",
    "300000, 300000",
    "300001, 300001",
    "7200000, 7200000",
    "7200001, 7200000",
    "99999999, 7200000",
    "-1, 7200000"
  })
  void clampsTheWindow(long stored, long issued) {
    var fixture =
        new ControllerFixture()
            .network(ControllerFixture.networkBuilder().credentialWindowMs(stored).build());

    NetworkConfig config = fixture.join(ControllerFixture.ALICE);

    assertEquals(issued, config.credentialWindowMs());
  }

  @ParameterizedTest
  @CsvSource("1800000")
  void issuesHalfAnHourByDefault(long issued) {
    var fixture = new ControllerFixture().network(ControllerFixture.privateNetwork());

    assertEquals(issued, fixture.join(ControllerFixture.ALICE).credentialWindowMs());
  }
}
