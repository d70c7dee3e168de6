// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.Offloads;
import org.junit.jupiter.api.Test;

/** Negotiation of offloads with simulated kernels. */
class TunOffloadsTest {
  private static final int UNKNOWN_TO_OURS = 0x10;

  @Test
  void requestsAllThatEachKernelGrants() {
    for (int known = 0; known <= TunOffloads.ALL; known++) {
      if ((known & UNKNOWN_TO_OURS) == 0) {
        var kernel = new OldKernel(known);
        int best = TunOffloads.best(kernel::grants);
        assertEquals(bestBySearch(known), best, () -> "a kernel with the flags " + kernel.known);
        assertTrue(best == kernel.set, "the result is the set that was granted last");
      }
    }
  }

  @Test
  void requestsAllFlagsOnce() {
    var kernel = new OldKernel(TunOffloads.ALL);
    assertEquals(TunOffloads.ALL, TunOffloads.best(kernel::grants));
    assertEquals(List.of(TunOffloads.ALL), kernel.requested);
  }

  @Test
  void mapsFlagsToOffloads() {
    assertEquals(Offloads.HEADER_ONLY, TunOffloads.of(0));
    assertEquals(Offloads.ALL, TunOffloads.of(TunOffloads.ALL));
    assertEquals(new Offloads(true, true, true, false, true, false), TunOffloads.of(0xb));
    assertEquals(new Offloads(true, true, false, true, false, false), TunOffloads.of(0x5));
    assertEquals(new Offloads(true, true, false, false, false, true), TunOffloads.of(0x61));
  }

  @Test
  void rejectsInconsistentOffloads() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Offloads(false, true, false, false, false, false));
    assertThrows(
        IllegalArgumentException.class, () -> new Offloads(true, false, true, false, false, false));
    assertThrows(
        IllegalArgumentException.class, () -> new Offloads(true, false, false, false, false, true));
    assertThrows(
        IllegalArgumentException.class, () -> new Offloads(true, true, false, false, true, true));
    assertEquals(0, Offloads.NONE.headerBytes());
    assertEquals(10, Offloads.HEADER_ONLY.headerBytes());
    assertFalse(Offloads.HEADER_ONLY.superFrames());
    assertTrue(new Offloads(true, true, false, false, false, true).superFrames());
  }

  private static int bestBySearch(int known) {
    int best = 0;
    for (int flags = 0; flags <= TunOffloads.ALL; flags++) {
      if (OldKernel.mayBeAskedOf(known, flags)
          && Integer.bitCount(flags) > Integer.bitCount(best)) {
        best = flags;
      }
    }
    return best;
  }

  /** A kernel that supports some of the flags and validates them as all kernels do. */
  private static final class OldKernel {
    final int known;
    final List<Integer> requested = new ArrayList<>();
    int set;

    OldKernel(int known) {
      this.known = known;
    }

    boolean grants(int flags) {
      requested.add(flags);
      if (!mayBeAskedOf(known, flags)) {
        return false;
      }
      set = flags;
      return true;
    }

    static boolean mayBeAskedOf(int known, int flags) {
      int uso = flags & TunOffloads.USO;
      boolean tso = (flags & (TunOffloads.TUN_F_TSO4 | TunOffloads.TUN_F_TSO6)) != 0;
      boolean ecn = (flags & TunOffloads.TUN_F_TSO_ECN) != 0;
      return (flags & ~known) == 0
          && (flags == 0 || (flags & TunOffloads.TUN_F_CSUM) != 0)
          && (tso || !ecn)
          && (uso == 0 || uso == TunOffloads.USO);
    }
  }
}
