// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * The offloads of a device: whether frames have a header, and what is left to the reader of frames.
 *
 * <p>A device with a header has {@link #HEADER_BYTES} before every frame, on read and on write: a
 * {@code struct virtio_net_hdr} without a count of buffers, little-endian on every host. The other
 * offloads are what the header of a frame that is <em>read</em> may request. Frames that are
 * written may request all of them if there is a header.
 *
 * @param header whether a header precedes each frame
 * @param checksum whether the reader has to complete TCP and UDP checksums on request
 * @param tcp4 whether super-frames of TCP over IPv4 are read
 * @param tcp6 whether super-frames of TCP over IPv6 are read
 * @param ecn whether super-frames of TCP may have CWR set, which belongs to the first segment
 * @param udp whether super-frames of UDP are read, over IPv4 and IPv6 alike
 */
public record Offloads(
    boolean header, boolean checksum, boolean tcp4, boolean tcp6, boolean ecn, boolean udp) {
  /** The length of the header. */
  public static final int HEADER_BYTES = 10;

  /** Plain frames up to the MTU with complete checksums, without a header. */
  public static final Offloads NONE = new Offloads(false, false, false, false, false, false);

  /** Plain frames with complete checksums behind a header that requests nothing. */
  public static final Offloads HEADER_ONLY = new Offloads(true, false, false, false, false, false);

  /** All offloads. */
  public static final Offloads ALL = new Offloads(true, true, true, true, true, true);

  public Offloads {
    check(header || !checksum, "incomplete checksums need a header");
    check(checksum || !(tcp4 || tcp6 || udp), "super-frames need incomplete checksums");
    check(tcp4 || tcp6 || !ecn, "CWR needs TCP super-frames");
  }

  /** Returns the length of the header before each frame, or 0. */
  public int headerBytes() {
    return header ? HEADER_BYTES : 0;
  }

  /** Returns whether frames are read that have to be segmented. */
  public boolean superFrames() {
    return tcp4 || tcp6 || udp;
  }

  private static void check(boolean right, String what) {
    if (!right) {
      throw new IllegalArgumentException(what);
    }
  }
}
