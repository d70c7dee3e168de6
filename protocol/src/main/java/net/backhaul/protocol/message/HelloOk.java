// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/**
 * OK to a HELLO: the version of the node and the endpoint of the sender (02 section 2.1).
 *
 * @param timestampMs the timestamp of the HELLO
 * @param endpoint the endpoint that the HELLO came from, null if absent
 * @param worlds newer worlds than those of the sender
 * @param features what the replier supports beyond the protocol
 */
public record HelloOk(
    long inRePacketId,
    long timestampMs,
    int protocolVersion,
    int major,
    int minor,
    int revision,
    @Nullable InetSocketAddress endpoint,
    List<World> worlds,
    Features features)
    implements Ok {
  public HelloOk {
    worlds = List.copyOf(worlds);
  }

  /** Reads the payload with its worlds. */
  public static HelloOk read(long inRePacketId, WireReader in) {
    return read(inRePacketId, in, world -> {});
  }

  /**
   * Reads the payload and passes on each world as soon as it is read: an invalid one does not
   * affect those before it (01 section 7.6).
   */
  public static HelloOk read(long inRePacketId, WireReader in, Consumer<World> eachWorld) {
    return readFields(inRePacketId, in, worlds -> readWorlds(worlds, eachWorld));
  }

  /**
   * Reads the payload and skips its worlds, for senders that are no roots.
   *
   * @param skipped called if there are any
   */
  public static HelloOk readWithoutWorlds(long inRePacketId, WireReader in, Runnable skipped) {
    return readFields(
        inRePacketId,
        in,
        worlds -> {
          if (!worlds.atEnd()) {
            skipped.run();
          }
          return List.of();
        });
  }

  private static List<World> readWorlds(WireReader in, Consumer<World> eachWorld) {
    var worlds = new ArrayList<World>();
    while (!in.atEnd()) {
      World world = World.read(in);
      eachWorld.accept(world);
      worlds.add(world);
    }
    return worlds;
  }

  private static HelloOk readFields(
      long inRePacketId, WireReader in, Function<WireReader, List<World>> readWorlds) {
    long timestampMs = in.u64();
    int protocolVersion = in.u8();
    int major = in.u8();
    int minor = in.u8();
    int revision = in.u16();
    InetSocketAddress destination = in.atEnd() ? null : Endpoints.read(in);
    List<World> worlds = List.of();
    if (!in.atEnd()) {
      int length = in.u16();
      int present = Math.min(length, in.remaining());
      worlds = readWorlds.apply(new WireReader(in.array(), in.position(), present));
      in.skip(length);
    }
    return new HelloOk(
        inRePacketId,
        timestampMs,
        protocolVersion,
        major,
        minor,
        revision,
        destination,
        worlds,
        Features.read(in));
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u8(Verb.HELLO.number()).u64(inRePacketId).u64(timestampMs);
    out.u8(protocolVersion).u8(major).u8(minor).u16(revision);
    Endpoints.write(out, endpoint);
    int lengthAt = out.size();
    out.u16(0);
    worlds.forEach(world -> world.writeTo(out));
    out.setU16(lengthAt, out.size() - lengthAt - 2);
    features.writeTo(out);
  }
}
