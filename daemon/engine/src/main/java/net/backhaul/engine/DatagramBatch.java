// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * The datagrams of one read of a socket, one behind the other in one array.
 *
 * <p>Whoever reads the socket fills it and gives it to {@link Node#receive}, which clobbers the
 * bytes; after that it is cleared and filled again.
 */
public final class DatagramBatch {
  /** The longest datagram that can hold a packet (02 section 1.1). */
  public static final int MAX_DATAGRAM_BYTES = 10_024;

  private final byte[] bytes;
  private InetSocketAddress[] from;
  private int[] starts;
  private int[] lengths;
  private int count;
  private int end;
  private int socket;

  public DatagramBatch(int capacityBytes) {
    bytes = new byte[capacityBytes];
    from = new InetSocketAddress[16];
    starts = new int[16];
    lengths = new int[16];
  }

  /** Forgets all datagrams; those to come are from this socket. */
  public void clear(int fromSocket) {
    Arrays.fill(from, 0, count, null);
    socket = fromSocket;
    count = 0;
    end = 0;
  }

  public boolean hasRoomFor(int length) {
    return bytes.length - end >= length;
  }

  /** Returns the array to write the next datagram to, from {@link #end} on. */
  public byte[] bytes() {
    return bytes;
  }

  public int end() {
    return end;
  }

  /** Takes the bytes from {@link #end} on as one datagram. */
  public void add(InetSocketAddress sender, int length) {
    assert hasRoomFor(length);
    if (count == starts.length) {
      from = Arrays.copyOf(from, 2 * count);
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
    }
    from[count] = sender;
    starts[count] = end;
    lengths[count] = length;
    count++;
    end += length;
  }

  public int socket() {
    return socket;
  }

  public int count() {
    return count;
  }

  public InetSocketAddress from(int index) {
    return from[index];
  }

  public int start(int index) {
    return starts[index];
  }

  public int length(int index) {
    return lengths[index];
  }
}
