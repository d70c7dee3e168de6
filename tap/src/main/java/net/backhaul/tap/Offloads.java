// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * What the frames of a device carry beside their bytes, and what is left to its reader.
 *
 * <p>A device with a header has {@link #HEADER_BYTES} before every frame, on read and on write: a
 * {@code struct virtio_net_hdr} without a count of buffers, its fields little-endian on every host.
 * What is granted says what the header of a frame that is <em>read</em> may ask for. A frame that
 * is written may ask for all of it wherever there is a header, granted or not.
 *
 * @param header whether the header stands before each frame
 * @param checksum whether a frame may be read whose TCP or UDP checksum the reader has to finish
 * @param tcp4 whether super-frames of TCP over IPv4 are read
 * @param tcp6 whether super-frames of TCP over IPv6 are read
 * @param ecn whether a super-frame of TCP may have CWR set, which is for its first segment alone
 * @param udp whether super-frames of UDP are read, over IPv4 and IPv6: one cannot be had alone
 */
public record Offloads(
    boolean header, boolean checksum, boolean tcp4, boolean tcp6, boolean ecn, boolean udp) {
  /** How long the header is where there is one. */
  public static final int HEADER_BYTES = 10;

  /** Plain frames with complete checksums, none longer than the MTU asks for, and no header. */
  public static final Offloads NONE = new Offloads(false, false, false, false, false, false);

  /** Plain frames with complete checksums behind a header that asks for nothing. */
  public static final Offloads HEADER_ONLY = new Offloads(true, false, false, false, false, false);

  /** All that there is. */
  public static final Offloads ALL = new Offloads(true, true, true, true, true, true);

  public Offloads {
    check(header || !checksum, "what a checksum lacks is told in a header");
    check(checksum || !(tcp4 || tcp6 || udp), "a super-frame's checksum is never complete");
    check(tcp4 || tcp6 || !ecn, "CWR is a matter of TCP super-frames");
  }

  /** Returns how many bytes stand before each frame. */
  public int headerBytes() {
    return header ? HEADER_BYTES : 0;
  }

  /** Returns whether frames are read that have to be cut before they can go anywhere. */
  public boolean superFrames() {
    return tcp4 || tcp6 || udp;
  }

  private static void check(boolean right, String what) {
    if (!right) {
      throw new IllegalArgumentException(what);
    }
  }
}
