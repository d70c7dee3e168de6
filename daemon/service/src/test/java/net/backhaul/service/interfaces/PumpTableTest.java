// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PumpTableTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void findsSamePumpsAsMap(long seed) {
    var random = new Random(seed);
    var table = new PumpTable();
    Map<Long, FramePump> map = new HashMap<>();

    for (int i = 0; i < 5_000; i++) {
      long networkId = random.nextInt(40);
      switch (random.nextInt(4)) {
        case 0 -> {
          var pump = new Nothing();
          table.put(networkId, pump);
          map.put(networkId, pump);
        }
        case 1 -> {
          table.remove(networkId);
          map.remove(networkId);
        }
        default -> assertSame(map.get(networkId), table.find(networkId), () -> "seed " + seed);
      }
    }
  }

  private static final class Nothing implements FramePump {
    @Override
    public void start() {}

    @Override
    public void deliver(byte[] bytes, int start, int length) {}

    @Override
    public void flush() {}

    @Override
    public void stop() {}
  }
}
