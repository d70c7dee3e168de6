// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.util.Arrays;
import java.util.Random;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.MadeFrame;

/** A sender of one flow: mostly consecutive full segments, with random exceptions. */
final class RandomFlow {
  private final Random random;
  private final MadeFrame now = new MadeFrame();
  private final int segmentBytes;
  private final int idStep;
  private final int calm;

  /** Few different addresses and ports, so that flows are similar. */
  RandomFlow(Random random, int index, boolean withConstantIds) {
    this.random = random;
    now.v6 = random.nextInt(3) == 0;
    now.tcp = random.nextInt(3) > 0;
    now.macs = new byte[12];
    now.macs[random.nextInt(12)] = (byte) random.nextInt(2);
    int addressBytes = now.v6 ? 16 : 4;
    now.source = new byte[addressBytes];
    now.source[random.nextInt(addressBytes)] = (byte) random.nextInt(2);
    now.destination = new byte[addressBytes];
    now.finalDestination = now.destination;
    now.sourcePort = index;
    now.destinationPort = random.nextInt(2);
    now.sequence = random.nextInt();
    now.ipId = random.nextInt(1 << 16);
    now.mayFragment = !withConstantIds && random.nextBoolean();
    idStep = withConstantIds && random.nextBoolean() ? 0 : 1;
    now.tcpOptions = new byte[random.nextBoolean() ? 12 : 4 * random.nextInt(3)];
    segmentBytes = 1 + random.nextInt(200);
    calm = random.nextBoolean() ? 200 : 20;
  }

  byte[] next() {
    now.payload = new byte[segmentBytes];
    random.nextBytes(now.payload);
    now.flags = 0x10;
    now.urgentPointer = 0;
    now.ipExtra = new byte[0];
    now.tag = new byte[0];
    boolean eventful = random.nextInt(calm) == 0;
    if (eventful) {
      change();
    }
    now.gsoBytes = Math.max(1, now.payload.length);
    byte[] frame = now.ethernet(now.packets(65_535).get(0));
    now.sequence += now.payload.length;
    now.ipId += idStep;
    return eventful && random.nextBoolean() ? damage(frame) : frame;
  }

  private void change() {
    switch (random.nextInt(18)) {
      case 0 -> now.payload = Arrays.copyOf(now.payload, random.nextInt(segmentBytes + 20));
      case 1 -> now.flags |= 0x08;
      case 2 -> now.flags |= 1 << random.nextInt(12);
      case 3 -> now.payload = new byte[0];
      case 4 -> now.acknowledgement++;
      case 5 -> now.window++;
      case 6 -> now.sequence += random.nextInt(3) - 1;
      case 7 -> now.sequence -= segmentBytes;
      case 8 -> now.trafficClass = random.nextInt(4);
      case 9 -> now.timeToLive = 63 + random.nextInt(2);
      case 10 -> now.ipId += random.nextBoolean() ? 1 : -2; // never constant
      case 11 -> now.flowLabel = random.nextInt(3);
      case 12 -> now.tcpOptions = now.tcpOptions.clone();
      case 13 -> now.urgentPointer = 3;
      case 14 -> now.ipExtra = now.v6 ? hopByHop() : new byte[4];
      case 15 -> now.tag = new byte[] {(byte) 0x81, 0, 0, 1};
      case 16 -> {
        if (now.tcpOptions.length > 0) {
          now.tcpOptions[random.nextInt(now.tcpOptions.length)]++;
        }
      }
      default -> {}
    }
  }

  private byte[] hopByHop() {
    now.nextHeader = 0;
    return new byte[] {(byte) now.protocol(), 0, 1, 4, 0, 0, 0, 0};
  }

  private byte[] damage(byte[] frame) {
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(frame, random.nextInt(frame.length));
      case 1 -> Arrays.copyOf(frame, frame.length + 1 + random.nextInt(9));
      case 2 -> {
        frame[frame.length - 1] ^= 1;
        yield frame;
      }
      case 3 -> {
        int transportAt = 14 + now.ipHeaderBytes();
        BigEndian.put16(frame, transportAt + (now.tcp ? 16 : 6), 0);
        yield frame;
      }
      default -> {
        frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        yield frame;
      }
    };
  }
}
