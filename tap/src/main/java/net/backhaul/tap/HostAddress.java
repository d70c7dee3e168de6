// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * An address of the host.
 *
 * @param device the kernel's number of the device that has it
 */
public record HostAddress(int device, TapAddress address) {}
