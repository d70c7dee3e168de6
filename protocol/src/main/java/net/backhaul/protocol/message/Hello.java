// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Greets a peer and asks it to echo the time (02 section 2.1). */
public record Hello(
    int protocolVersion,
    int major,
    int minor,
    int revision,
    long timestampMs,
    Identity identity,
    @Nullable InetSocketAddress physicalDestination,
    long planetId,
    long planetTimestampMs,
    List<MoonVersion> moons)
    implements Message {
  private static final int FIXED_BYTES = 13 + Identity.PUBLIC_BYTES;
  private static final int PLANET_BYTES = 16;
  private static final int MOON_TYPE = 0x7f;

  /** A moon that the sender knows; with timestamp 0 one that it would like to know. */
  public record MoonVersion(long id, long timestampMs) {}

  /** Masks or unmasks the tail of a HELLO, between two indexes of the array. */
  public interface TailMask {
    void mask(byte[] bytes, int from, int end);
  }

  public Hello {
    moons = List.copyOf(moons);
  }

  /** Reads a HELLO and unmasks its tail in place; everything behind the identity may be absent. */
  public static Hello read(WireReader in, TailMask mask) {
    int protocolVersion = in.u8();
    int major = in.u8();
    int minor = in.u8();
    int revision = in.u16();
    long timestampMs = in.u64();
    Identity identity = Identity.read(in);
    InetSocketAddress destination = in.atEnd() ? null : Endpoints.read(in);
    long planetId = 0;
    long planetTimestampMs = 0;
    if (in.remaining() >= PLANET_BYTES) {
      planetId = in.u64();
      planetTimestampMs = in.u64();
    }
    var moons = new ArrayList<MoonVersion>();
    if (!in.atEnd()) {
      mask.mask(in.array(), in.position(), in.position() + in.remaining());
      for (int left = in.u16(); left > 0; left--) {
        int type = in.u8();
        var ad = new MoonVersion(in.u64(), in.u64());
        if (type == MOON_TYPE) {
          moons.add(ad);
        }
      }
    }
    return new Hello(
        protocolVersion,
        major,
        minor,
        revision,
        timestampMs,
        identity,
        destination,
        planetId,
        planetTimestampMs,
        moons);
  }

  /** Writes the payload with its tail in the clear. */
  @Override
  public void writeTo(WireWriter out) {
    out.u8(protocolVersion).u8(major).u8(minor).u16(revision).u64(timestampMs);
    identity.writeTo(out);
    Endpoints.write(out, physicalDestination);
    out.u64(planetId).u64(planetTimestampMs).u16(moons.size());
    for (MoonVersion moon : moons) {
      out.u8(MOON_TYPE).u64(moon.id).u64(moon.timestampMs);
    }
  }

  /** Returns the offset in the payload from which on it is masked before sealing. */
  public int maskedFrom() {
    int address =
        physicalDestination == null ? 1 : 3 + physicalDestination.getAddress().getAddress().length;
    return FIXED_BYTES + address + PLANET_BYTES;
  }

  @Override
  public Verb verb() {
    return Verb.HELLO;
  }
}
