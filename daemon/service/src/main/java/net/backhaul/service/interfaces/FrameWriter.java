// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.Coalescer;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.Offloads;
import net.backhaul.tap.TapDevice;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes frames to one device; coalesces those of one flow where the device takes super-frames.
 *
 * <p>Coalesced frames are written at the end of a batch.
 */
final class FrameWriter {
  private static final Logger log = LoggerFactory.getLogger(FrameWriter.class);

  /** Maximum flows coalesced at the same time. */
  private static final int FLOWS = 4;

  private final TapDevice device;
  private final MemoryWriter memoryWriter;
  private final int headerBytes;
  private final FrameMemory single;
  private final FrameMemory[] slots;
  private final @Nullable Coalescer coalescer;

  /** Writes native memory to a device: the offload header, if there is one, and a frame. */
  interface MemoryWriter {
    void write(long address, int length) throws IOException;
  }

  FrameWriter(TapDevice device, MemoryWriter memoryWriter) {
    this.device = device;
    this.memoryWriter = memoryWriter;
    Offloads offloads = device.offloads();
    headerBytes = offloads.headerBytes();
    single = new FrameMemory(OffloadHeader.BYTES + FrameBatch.MAX_FRAME_BYTES);
    slots = new FrameMemory[offloads.superFrames() ? FLOWS : 0];
    var buffers = new ByteBuffer[slots.length];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new FrameMemory(Coalescer.SLOT_BYTES);
      buffers[i] = slots[i].bytes();
    }
    coalescer =
        slots.length == 0 ? null : new Coalescer(kinds(offloads), buffers, this::writeCoalesced);
  }

  private static Set<Coalescer.Kind> kinds(Offloads offloads) {
    var kinds = EnumSet.noneOf(Coalescer.Kind.class);
    if (offloads.tcp4()) {
      kinds.add(Coalescer.Kind.TCP4);
    }
    if (offloads.tcp6()) {
      kinds.add(Coalescer.Kind.TCP6);
    }
    if (offloads.udp()) {
      kinds.add(Coalescer.Kind.UDP);
    }
    return kinds;
  }

  /** Adds a frame, whose bytes are borrowed. */
  void add(byte[] bytes, int start, int length) {
    if (length > device.mtuBytes() + FrameReadBuffer.ETHERNET_HEADER_BYTES) {
      return;
    }
    if (coalescer == null || !coalescer.add(bytes, start, length)) {
      single.copyFrom(bytes, start, length, headerBytes);
      write(single, headerBytes + length);
    }
  }

  /** Writes what was coalesced so far. */
  void flush() {
    if (coalescer != null) {
      coalescer.flush();
    }
  }

  private void writeCoalesced(int slot, int length) {
    write(slots[slot], length);
  }

  private void write(FrameMemory memory, int length) {
    try {
      memoryWriter.write(memory.address(), length);
    } catch (IOException e) {
      // The device is down, or the host rejects the frame: dropped, as on any Ethernet.
      log.trace("{} did not take a frame: {}", device.name(), e.toString());
    }
  }
}
