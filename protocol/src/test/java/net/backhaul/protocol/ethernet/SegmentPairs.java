// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.backhaul.testing.MadeFrame;

/** Sends frames, such as pairs of consecutive segments, through a coalescer. */
abstract class SegmentPairs {
  static final int ANY_SIZE = 65_535;

  CoalescedWire wire = new CoalescedWire(Coalescer.SLOTS, CoalescedWire.ALL);
  final List<byte[]> sent = new ArrayList<>();

  static byte[] set(byte[] frame, int at, int value) {
    frame[at] = (byte) value;
    return frame;
  }

  void fresh() {
    wire = new CoalescedWire(Coalescer.SLOTS, CoalescedWire.ALL);
    sent.clear();
  }

  void pair(Consumer<MadeFrame> make) {
    pair(make, make);
  }

  /** Sends two consecutive segments, each changed. */
  void pair(Consumer<MadeFrame> first, Consumer<MadeFrame> second) {
    var one = typical();
    first.accept(one);
    var other = typical();
    follow(other);
    second.accept(other);
    send(one.ethernet(one.packets(ANY_SIZE).get(0)));
    send(other.ethernet(other.packets(ANY_SIZE).get(0)));
  }

  static void follow(MadeFrame made) {
    made.sequence += 100;
    made.ipId++;
  }

  void send(byte[] frame) {
    sent.add(frame);
    wire.send(frame);
  }

  static MadeFrame typical() {
    var made = new MadeFrame();
    made.mayFragment = true;
    made.sequence = -50;
    made.ipId = 0xffff;
    made.gsoBytes = 200;
    made.payload = new byte[100];
    new Random(1).nextBytes(made.payload);
    return made;
  }

  void udp(MadeFrame made) {
    made.tcp = false;
  }

  void v6(MadeFrame made) {
    made.v6 = true;
    made.source = new byte[16];
    made.destination = new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    made.finalDestination = made.destination;
  }
}
