// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.util.List;

/**
 * An Ethernet device of the host whose other end is this process.
 *
 * <p>Frames have 14 bytes of Ethernet header and before it what {@link #offloads} tells of, on read
 * and on write alike; lengths are with both. They are moved through native memory by {@code long}
 * address: that is what costs least for each of them. Reading is for one thread, writing for one,
 * everything else for one.
 */
public interface TapDevice extends AutoCloseable {
  /** What {@link #fd} returns where frames cannot be read from a descriptor. */
  int NO_FD = -1;

  /** Returns the name under which the host knows the device. */
  String name();

  long mac();

  int mtuBytes();

  /** Returns what its frames carry, which never changes. */
  default Offloads offloads() {
    return Offloads.NONE;
  }

  /** Returns a nonblocking descriptor, one frame for each read or write; or {@link #NO_FD}. */
  int fd();

  /**
   * Reads one frame; what does not fit is cut off.
   *
   * @return its length, or 0 where none waits
   */
  int read(long address, int maxBytes) throws TapException;

  /**
   * Hands one frame to the host.
   *
   * @return whether the host took it; it may refuse for lack of room
   */
  boolean write(long address, int length) throws TapException;

  /** Waits until a frame can be read, the time is over or the device is closed. */
  boolean awaitFrame(int timeoutMs) throws TapException;

  void setMtu(int mtuBytes) throws TapException;

  /**
   * Has the host build no longer super-frames than this. What does not fit is cut by the host
   * before it is read, at a cost, so that TCP builds what fits.
   *
   * @param maxBytes with the Ethernet header, without the header of {@link #offloads}
   * @return whether the host does so; false where it knows no such limit, or not this one
   */
  default boolean limitSuperFrames(int maxBytes) throws TapException {
    return false;
  }

  /** Returns all addresses of the device, whoever set them. */
  List<TapAddress> addresses() throws TapException;

  /**
   * Adds an address.
   *
   * @return false where it was there already
   */
  boolean addAddress(TapAddress address) throws TapException;

  /** Removes an address; one that is gone already is no error. */
  void removeAddress(TapAddress address) throws TapException;

  /**
   * Adds a route. Where the host has an equal one, that is left.
   *
   * @return false where an equal one was there already
   */
  boolean addRoute(TapRoute route) throws TapException;

  /** Removes a route; one that is gone already is no error. */
  void removeRoute(TapRoute route) throws TapException;

  /** Returns the multicast MACs that the host listens to on the device. */
  List<Long> multicastMacs() throws TapException;

  /** Removes the device, and with it its addresses and routes. A second time does nothing. */
  @Override
  void close();
}
