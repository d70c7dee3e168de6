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

/**
 * HELLO: introduces the sender, requests an OK with the same timestamp (02 section 2.1).
 *
 * @param endpoint the endpoint that the packet is sent to, null if unknown
 * @param planetId the id of the sender's planet, 0 if absent
 * @param planetTimestampMs the version of the sender's planet
 * @param moons the moons that the sender uses or requests
 * @param features what the sender supports beyond the protocol
 */
public record Hello(
    int protocolVersion,
    int major,
    int minor,
    int revision,
    long timestampMs,
    Identity identity,
    @Nullable InetSocketAddress endpoint,
    long planetId,
    long planetTimestampMs,
    List<MoonVersion> moons,
    Features features)
    implements Message {
  private static final int FIXED_BYTES = 13 + Identity.PUBLIC_BYTES;
  private static final int PLANET_BYTES = 16;
  private static final int MOON_TYPE = 0x7f;

  /** The version of a moon that the sender has; timestamp 0 requests the moon. */
  public record MoonVersion(long id, long timestampMs) {}

  /** Encrypts or decrypts the end of a HELLO (01 section 5.9). */
  public interface TailMask {
    /** Processes the bytes between two indexes in place. */
    void mask(byte[] bytes, int from, int end);
  }

  public Hello {
    moons = List.copyOf(moons);
  }

  /** Reads the payload and decrypts its end in place; all after the identity is optional. */
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
    Features features = Features.NONE;
    if (!in.atEnd()) {
      mask.mask(in.array(), in.position(), in.position() + in.remaining());
      for (int left = in.u16(); left > 0; left--) {
        int type = in.u8();
        var moon = new MoonVersion(in.u64(), in.u64());
        if (type == MOON_TYPE) {
          moons.add(moon);
        }
      }
      features = Features.read(in);
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
        moons,
        features);
  }

  /** Writes the payload with its end in plain text. */
  @Override
  public void writeTo(WireWriter out) {
    out.u8(protocolVersion).u8(major).u8(minor).u16(revision).u64(timestampMs);
    identity.writeTo(out);
    Endpoints.write(out, endpoint);
    out.u64(planetId).u64(planetTimestampMs).u16(moons.size());
    for (MoonVersion moon : moons) {
      out.u8(MOON_TYPE).u64(moon.id).u64(moon.timestampMs);
    }
    features.writeTo(out);
  }

  /** Returns the offset in the payload of the part that is encrypted before sealing. */
  public int maskedFrom() {
    int address = endpoint == null ? 1 : 3 + endpoint.getAddress().getAddress().length;
    return FIXED_BYTES + address + PLANET_BYTES;
  }

  @Override
  public Verb verb() {
    return Verb.HELLO;
  }
}
