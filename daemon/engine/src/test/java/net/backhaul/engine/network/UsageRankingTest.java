// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.engine.network.UsageRanking.Usage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageRankingTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void findsLargestAsSearchDoes(long seed) {
    var random = new Random(seed);
    var ranking = new UsageRanking<Integer>();
    List<Usage<Integer>> usages = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      usages.add(new Usage<>(i));
    }
    for (int step = 0; step < 2_000; step++) {
      Usage<Integer> usage = usages.get(random.nextInt(usages.size()));
      // Goes up for a while, then down to nothing, and again.
      boolean up = random.nextInt(10) < (step / 200 % 2 == 0 ? 7 : 2);
      if (up) {
        ranking.increment(usage);
      } else if (usage.entries() > 0) {
        ranking.decrement(usage);
      }
      int most = usages.stream().mapToInt(Usage::entries).max().orElse(0);
      Usage<Integer> largest = ranking.largest();
      assertEquals(most, largest == null ? 0 : largest.entries(), "seed " + seed);
    }
  }
}
