// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * A network device of the host.
 *
 * @param index the kernel's number of the device
 * @param master the number of the bridge or bond that the device is a port of, or 0
 * @param kind the kernel's word for virtual devices, such as {@code bridge}; else empty
 * @param alias what a program has noted about the device; usually empty
 * @param stp whether it is a bridge with the spanning tree protocol
 */
public record HostDevice(
    int index,
    String name,
    boolean up,
    int mtuBytes,
    int master,
    String kind,
    String alias,
    boolean stp) {}
