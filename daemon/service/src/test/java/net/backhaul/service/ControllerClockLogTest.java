// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Sso;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ControllerClockLogTest {
  private static final long NETWORK = 0x8056c2e21c000001L;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final long HOUR_MS = 3_600_000;

  private final ControllerClockLog clocks = new ControllerClockLog();
  @RegisterExtension final CapturedLog log = new CapturedLog(ControllerClockLog.class);

  @Test
  void reportsClockThatIsAheadOnceAndItsCorrection() {
    receive(NOW_MS + 3 * HOUR_MS, NOW_MS);
    receive(NOW_MS + 3 * HOUR_MS + 60_000, NOW_MS + 60_000);
    receive(NOW_MS + 120_000, NOW_MS + 120_000);

    assertEquals(
        List.of(
            "WARN network 8056c2e21c000001: the clock of its controller is 3 h ahead of the clock"
                + " of this host; one of them is wrong",
            "WARN network 8056c2e21c000001: the clock of its controller was set back by 2 h 59 min;"
                + " members exchange their credentials again, which can take a minute"),
        log.lines());
  }

  @Test
  void acceptsOldConfigurationsAndSmallDifferences() {
    clocks.networkChanged(status(null), NOW_MS);
    receive(NOW_MS - 48 * HOUR_MS, NOW_MS);
    receive(NOW_MS + ControllerClockLog.TOLERANCE_MS, NOW_MS);
    receive(NOW_MS, NOW_MS);

    assertEquals(List.of(), log.lines());
  }

  private void receive(long timestampMs, long wallMs) {
    clocks.networkChanged(status(config(timestampMs)), wallMs);
  }

  private static NetworkStatus status(NetworkConfig config) {
    return new NetworkStatus(
        NETWORK, 0x32aabbccddeeL, NetworkStatus.State.OK, config, 0, List.of(), "");
  }

  private static NetworkConfig config(long timestampMs) {
    return new NetworkConfig(
        NETWORK,
        timestampMs,
        1,
        1,
        1,
        0,
        0,
        0,
        32,
        true,
        "test",
        2_800,
        null,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        "",
        List.of(),
        Sso.NONE);
  }
}
