// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.util.List;

/**
 * A TAP device: an Ethernet device of the host whose frames this process reads and writes.
 *
 * <p>Frames include the 14 bytes of the Ethernet header and, before it, the header of {@link
 * #offloads}. They are copied to and from native memory by address, which is fastest. One thread
 * reads, one writes, and one calls all other methods.
 */
public interface TapDevice extends AutoCloseable {
  /** The result of {@link #fd} if frames cannot be read from a descriptor. */
  int NO_FD = -1;

  /** Returns the name of the device on the host. */
  String name();

  /** Returns the hardware address. */
  long mac();

  /** Returns the maximum payload of a frame. */
  int mtuBytes();

  /** Returns the offloads of the device, which never change. */
  default Offloads offloads() {
    return Offloads.NONE;
  }

  /** Returns a nonblocking descriptor, with one frame per read or write, or {@link #NO_FD}. */
  int fd();

  /**
   * Reads one frame, truncated to maxBytes.
   *
   * @return its length, or 0 if there is none
   */
  int read(long address, int maxBytes) throws TapException;

  /**
   * Writes one frame to the host.
   *
   * @return false if the host dropped it, for lack of memory or as invalid
   */
  boolean write(long address, int length) throws TapException;

  /** Waits until a frame can be read, the timeout has passed or the device is closed. */
  boolean awaitFrame(int timeoutMs) throws TapException;

  /** Sets the maximum payload of a frame. */
  void setMtu(int mtuBytes) throws TapException;

  /**
   * Limits the super-frames that the host builds, which would otherwise have to be segmented again.
   *
   * @param maxBytes with the Ethernet header, without the header of {@link #offloads}
   * @return false if the host does not support this limit
   */
  default boolean limitSuperFrames(int maxBytes) throws TapException {
    return false;
  }

  /** Returns whether the device is up; an administrator may have set it down. */
  default boolean isUp() throws TapException {
    return true;
  }

  /** Returns all addresses of the device, also those that others have added. */
  List<TapAddress> addresses() throws TapException;

  /**
   * Adds an address.
   *
   * @return false if the device has it already
   */
  boolean addAddress(TapAddress address) throws TapException;

  /** Removes an address; does nothing if the device does not have it. */
  void removeAddress(TapAddress address) throws TapException;

  /**
   * Adds a route.
   *
   * @return false if the host has an equal one already, which is left unchanged
   */
  boolean addRoute(TapRoute route) throws TapException;

  /** Removes a route; does nothing if the host does not have it. */
  void removeRoute(TapRoute route) throws TapException;

  /** Returns the multicast MACs that the host listens to on the device. */
  List<Long> multicastMacs() throws TapException;

  /** Removes the device with its addresses and routes; idempotent. */
  @Override
  void close();
}
