// SPDX-License-Identifier: Apache-2.0
/**
 * Devices of macOS: pairs of feth interfaces (04 section 6.2).
 *
 * <p>{@code feth<n>} is the device of the network, with its addresses and routes; frames are read
 * and written on its peer {@code feth<n+5000>}: injected by an AF_NDRV socket and captured by a BPF
 * device. The pair is created and configured by /sbin/ifconfig and /sbin/route. The reference uses
 * a privileged helper process; here the daemon, which is root, runs the commands.
 *
 * <p><strong>This has never run on macOS.</strong> Tested on Linux are: the numbers of devices, the
 * command lines against a stand-in that answers as ifconfig and route do there, the structures
 * passed to the kernel, the parsing of BPF records and of link-layer addresses. Not tested are the
 * calls themselves ({@link net.backhaul.tap.macos.MacLibC} and {@link
 * net.backhaul.tap.macos.BpfFrameChannel}), and whether ifconfig, route and the kernel accept these
 * arguments.
 *
 * <p>Unlike the reference, a default route is added as two halves, as on Linux, instead of
 * replacing the system's own; and nothing is written to the system configuration store.
 */
@NullMarked
package net.backhaul.tap.macos;

import org.jspecify.annotations.NullMarked;
