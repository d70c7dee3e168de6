// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteOrder;
import java.util.function.IntPredicate;
import net.backhaul.tap.Offloads;
import org.jspecify.annotations.Nullable;

/**
 * Agrees with the kernel on what the frames of a new device carry.
 *
 * <p>Kernels differ: UDP came with 6.2, and what is not known is refused together with all that was
 * asked for at once. So the best is asked for first, and where that is refused, one after another.
 */
final class TunOffloads {
  static final long TUNGETFEATURES = 0x800454cfL;
  static final long TUNSETOFFLOAD = 0x400454d0L;
  static final long TUNSETVNETHDRSZ = 0x400454d8L;
  static final long TUNSETVNETLE = 0x400454dcL;

  static final int TUN_F_CSUM = 0x1;
  static final int TUN_F_TSO4 = 0x2;
  static final int TUN_F_TSO6 = 0x4;
  static final int TUN_F_TSO_ECN = 0x8;
  static final int TUN_F_USO4 = 0x20;
  static final int TUN_F_USO6 = 0x40;
  static final int USO = TUN_F_USO4 | TUN_F_USO6;
  static final int ALL = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | USO;

  /** Each needs those before it, or does not care for them. */
  private static final int[] ONE_BY_ONE = {TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6, TUN_F_TSO_ECN, USO};

  private TunOffloads() {}

  /** Returns whether the kernel can put a header before frames; no device need be there yet. */
  static boolean supportsHeader(int fd) {
    try (var features = new Memory(Integer.BYTES)) {
      features.setInt(0, 0);
      return LibC.ioctl(fd, TUNGETFEATURES, Pointer.nativeValue(features)) == 0
          && (features.getInt(0) & InterfaceRequest.IFF_VNET_HDR) != 0;
    }
  }

  /**
   * Fixes the header of a device that has one, and asks for all offloads.
   *
   * @return null where the kernel's header cannot be ours
   */
  static @Nullable Offloads negotiate(int fd) {
    // Kernels before 3.x have but one size and before 4.0 but one order: ours and the host's.
    if (!set(fd, TUNSETVNETHDRSZ, Offloads.HEADER_BYTES)
        || (!set(fd, TUNSETVNETLE, 1) && ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN)) {
      return null;
    }
    return of(best(flags -> LibC.ioctl(fd, TUNSETOFFLOAD, flags) == 0));
  }

  /**
   * Returns the best flags that are granted, which were the last to be so.
   *
   * @param grants asks for flags; those that are refused leave the device as it is
   */
  static int best(IntPredicate grants) {
    if (grants.test(ALL)) {
      return ALL;
    }
    int granted = 0;
    for (int flag : ONE_BY_ONE) {
      if (grants.test(granted | flag)) {
        granted |= flag;
      }
    }
    return granted;
  }

  /** Returns what flags that were granted stand for. */
  static Offloads of(int flags) {
    return new Offloads(
        true,
        (flags & TUN_F_CSUM) != 0,
        (flags & TUN_F_TSO4) != 0,
        (flags & TUN_F_TSO6) != 0,
        (flags & TUN_F_TSO_ECN) != 0,
        (flags & USO) == USO);
  }

  private static boolean set(int fd, long request, int value) {
    try (var memory = new Memory(Integer.BYTES)) {
      memory.setInt(0, value);
      return LibC.ioctl(fd, request, Pointer.nativeValue(memory)) == 0;
    }
  }
}
