// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * Datagrams that were received together, back to back in one array.
 *
 * <p>The reader of the sockets fills it and passes it to {@link Node#receive}, which overwrites the
 * bytes; after that it is cleared and filled again.
 */
public final class DatagramBatch {
  /** The longest datagram that can hold a packet (02 section 1.1). */
  public static final int MAX_DATAGRAM_BYTES = 10_024;

  private final byte[] bytes;
  private int[] sockets;
  private InetSocketAddress[] from;
  private int[] starts;
  private int[] lengths;
  private byte[] ecns;
  private int count;
  private int end;

  public DatagramBatch(int capacityBytes) {
    bytes = new byte[capacityBytes];
    sockets = new int[16];
    from = new InetSocketAddress[16];
    starts = new int[16];
    lengths = new int[16];
    ecns = new byte[16];
  }

  /** Removes all datagrams. */
  public void clear() {
    Arrays.fill(from, 0, count, null);
    count = 0;
    end = 0;
  }

  public boolean accepts(int length) {
    return bytes.length - end >= length;
  }

  /** Returns the array to write the next datagram to, from {@link #end} on. */
  public byte[] bytes() {
    return bytes;
  }

  public int end() {
    return end;
  }

  /** Adds a datagram of a socket that does not read the ECN field. */
  public void add(int socket, InetSocketAddress sender, int length) {
    add(socket, sender, length, 0);
  }

  /**
   * Adds the bytes from {@link #end} on as one datagram that a socket has received.
   *
   * @param ecn the ECN field of its IP header, 0 where it is not known
   */
  public void add(int socket, InetSocketAddress sender, int length, int ecn) {
    assert accepts(length);
    if (count == starts.length) {
      sockets = Arrays.copyOf(sockets, 2 * count);
      from = Arrays.copyOf(from, 2 * count);
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      ecns = Arrays.copyOf(ecns, 2 * count);
    }
    sockets[count] = socket;
    from[count] = sender;
    starts[count] = end;
    lengths[count] = length;
    ecns[count] = (byte) ecn;
    count++;
    end += length;
  }

  public int count() {
    return count;
  }

  public int socket(int index) {
    return sockets[index];
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

  /** Returns the ECN field of the IP header that the datagram came with; 0 where not known. */
  public int ecn(int index) {
    return ecns[index];
  }
}
