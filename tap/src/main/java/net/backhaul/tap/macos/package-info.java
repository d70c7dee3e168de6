// SPDX-License-Identifier: Apache-2.0
/**
 * Devices of macOS: pairs of feth interfaces (04 section 6.2).
 *
 * <p>{@code feth<n>} is the network's, with its addresses and routes; frames pass through its peer
 * {@code feth<n+5000>}: they are injected by an AF_NDRV socket and captured by a BPF device. The
 * pair is made and configured by /sbin/ifconfig and /sbin/route. Where the reference has a root
 * helper do this, the daemon, which is root, does it itself.
 *
 * <p><strong>This has never run on macOS.</strong> Tested, on Linux, are: the numbers of devices,
 * the command lines, the reading of what ifconfig prints, the structures handed to the kernel, the
 * reading of BPF's records and of link-layer addresses. Never run are the calls themselves ({@link
 * net.backhaul.tap.macos.MacLibC} and {@link net.backhaul.tap.macos.BpfFrameChannel}), and whether
 * ifconfig, route and the kernel take what they are given.
 *
 * <p>Other than the reference, default routes are two halves as on Linux, instead of replacing the
 * system's own; and nothing is written to the system configuration store.
 */
@NullMarked
package net.backhaul.tap.macos;

import org.jspecify.annotations.NullMarked;
