// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes Linux socket addresses ({@code struct sockaddr_in}, {@code sockaddr_in6}).
 *
 * <p>Caches the addresses it has read, so that a frequent sender costs no object.
 */
final class SocketAddressCodec {
  /** Cached senders; each has one slot, which another with the same hash takes over. */
  static final int CACHED = 256;

  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;
  private static final int PORT_AT = 2;
  private static final int V4_AT = 4;
  private static final int V6_AT = 8;
  private static final int SCOPE_AT = 24;
  private static final int V4_BYTES = 16;
  private static final int V6_BYTES = 28;
  private static final int MAPPED_AT = V6_AT + 10;

  private final @Nullable InetSocketAddress[] cached = new InetSocketAddress[CACHED];
  private final long[] highs = new long[CACHED];
  private final long[] lows = new long[CACHED];
  private final long[] rests = new long[CACHED];
  private int hash;

  /** Returns an address in the form for a socket of this family. */
  static byte[] write(InetSocketAddress to, boolean v4Socket) {
    byte[] bytes = new byte[v4Socket ? V4_BYTES : V6_BYTES];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    out.putShort(0, v4Socket ? AF_INET : AF_INET6);
    out.order(ByteOrder.BIG_ENDIAN).putShort(PORT_AT, (short) to.getPort());
    byte[] address = to.getAddress().getAddress();
    if (v4Socket) {
      out.put(V4_AT, address, 0, Integer.BYTES);
    } else if (to.getAddress() instanceof Inet6Address v6) {
      out.put(V6_AT, address);
      out.order(ByteOrder.nativeOrder()).putInt(SCOPE_AT, v6.getScopeId());
    } else {
      out.putShort(MAPPED_AT, (short) 0xffff).put(MAPPED_AT + Short.BYTES, address);
    }
    return bytes;
  }

  /**
   * Reads the address at an index of memory in native order; null if it is neither IPv4 nor IPv6.
   */
  @Nullable InetSocketAddress read(ByteBuffer memory, int at) {
    short family = memory.getShort(at);
    long high = 0;
    long low;
    long rest = memory.getInt(at) & 0xffff_ffffL; // The family and the port.
    if (family == AF_INET) {
      low = memory.getInt(at + V4_AT);
    } else if (family == AF_INET6) {
      high = memory.getLong(at + V6_AT);
      low = memory.getLong(at + V6_AT + Long.BYTES);
      rest |= (long) memory.getInt(at + SCOPE_AT) << Integer.SIZE;
    } else {
      return null;
    }
    hash = Long.hashCode(high * 31 + low * 0x9e3779b97f4a7c15L + rest * 0x632be59bd9b4e019L);
    int slot = hash & (CACHED - 1);
    InetSocketAddress known = cached[slot];
    if (known == null || highs[slot] != high || lows[slot] != low || rests[slot] != rest) {
      known = make(memory, at, family);
      cached[slot] = known;
      highs[slot] = high;
      lows[slot] = low;
      rests[slot] = rest;
    }
    return known;
  }

  /** Returns a hash of the address that {@link #read} has returned last. */
  int hash() {
    return hash;
  }

  private static InetSocketAddress make(ByteBuffer memory, int at, short family) {
    byte[] bytes = new byte[family == AF_INET ? 4 : 16];
    memory.get(at + (family == AF_INET ? V4_AT : V6_AT), bytes);
    int port = (memory.get(at + PORT_AT) & 0xff) << 8 | memory.get(at + PORT_AT + 1) & 0xff;
    int scope = family == AF_INET ? 0 : memory.getInt(at + SCOPE_AT);
    try {
      InetAddress address =
          scope == 0
              ? InetAddress.getByAddress(bytes)
              : Inet6Address.getByAddress(null, bytes, scope);
      assert family != AF_INET || address instanceof Inet4Address;
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }
}
