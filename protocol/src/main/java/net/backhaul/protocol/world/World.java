// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.world;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.backhaul.crypto.KeyPair;
import net.backhaul.crypto.Signatures;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * A signed list of root servers: the planet, or a moon (01 section 7).
 *
 * @param id an id, which all versions share
 * @param timestampMs the version
 * @param updateKey the 64-byte public key that verifies the next version
 */
public record World(
    Type type, long id, long timestampMs, Bytes updateKey, Bytes signature, List<Root> roots) {
  /** The maximum number of roots. */
  public static final int MAX_ROOTS = 4;

  /** The maximum number of endpoints of a root. */
  public static final int MAX_ENDPOINTS = 32;

  /** The maximum length of the binary form. */
  public static final int MAX_BYTES = 8_480;

  private static final int MOON = 127;
  private static final long MARK_BEFORE = 0x7f7f_7f7f_7f7f_7f7fL;
  private static final long MARK_AFTER = 0xf7f7_f7f7_f7f7_f7f7L;
  private static final String DEFAULT_PLANET = "default-planet";

  /** The type of a world. */
  public enum Type {
    /** No world. */
    NULL,
    /** The roots of all nodes. */
    PLANET,
    /** Additional roots of the nodes that use it. */
    MOON
  }

  /** A root server; null addresses among its endpoints are kept, since they are signed. */
  public record Root(Identity identity, List<@Nullable InetSocketAddress> allEndpoints) {
    public Root {
      allEndpoints = Collections.unmodifiableList(new ArrayList<>(allEndpoints));
    }

    /** Returns the endpoints that are not null. */
    public List<InetSocketAddress> endpoints() {
      var usable = new ArrayList<InetSocketAddress>();
      for (InetSocketAddress endpoint : allEndpoints) {
        if (endpoint != null) {
          usable.add(endpoint);
        }
      }
      return usable;
    }
  }

  public World {
    roots = List.copyOf(roots);
  }

  /** Reads one world (01 section 7.1). */
  public static World read(WireReader in) {
    Type type =
        switch (in.u8()) {
          case 0 -> Type.NULL;
          case 1 -> Type.PLANET;
          case MOON -> Type.MOON;
          default -> throw new WireException("unknown world type");
        };
    long id = in.u64();
    long timestampMs = in.u64();
    Bytes updateKey = Bytes.of(in.bytes(KeyPair.KEY_BYTES));
    Bytes signature = Bytes.of(in.bytes(Signatures.BYTES));
    int count = in.u8();
    if (count > MAX_ROOTS) {
      throw new WireException("too many roots");
    }
    var roots = new ArrayList<Root>(count);
    for (int i = 0; i < count; i++) {
      roots.add(readRoot(in));
    }
    if (type == Type.MOON) {
      in.skip(in.u16());
    }
    return new World(type, id, timestampMs, updateKey, signature, roots);
  }

  private static Root readRoot(WireReader in) {
    Identity identity = Identity.read(in);
    int count = in.u8();
    if (count > MAX_ENDPOINTS) {
      throw new WireException("too many endpoints");
    }
    var endpoints = new ArrayList<@Nullable InetSocketAddress>(count);
    for (int i = 0; i < count; i++) {
      endpoints.add(Endpoints.read(in));
    }
    return new Root(identity, endpoints);
  }

  /** Writes the canonical binary form (01 section 7.1). */
  public void writeTo(WireWriter out) {
    writeHead(out);
    signature.writeTo(out);
    writeRoots(out);
  }

  private void writeHead(WireWriter out) {
    int number =
        switch (type) {
          case NULL -> 0;
          case PLANET -> 1;
          case MOON -> MOON;
        };
    out.u8(number).u64(id).u64(timestampMs);
    updateKey.writeTo(out);
  }

  private void writeRoots(WireWriter out) {
    out.u8(roots.size());
    for (Root root : roots) {
      root.identity().writeTo(out);
      out.u8(root.allEndpoints().size());
      for (InetSocketAddress endpoint : root.allEndpoints()) {
        Endpoints.write(out, endpoint);
      }
    }
    if (type == Type.MOON) {
      out.u16(0);
    }
  }

  /** Returns the signed bytes: all but the signature, between two markers (01 section 7.3). */
  public byte[] signedBytes() {
    var out = new WireWriter().u64(MARK_BEFORE);
    writeHead(out);
    writeRoots(out);
    return out.u64(MARK_AFTER).toByteArray();
  }

  /** Returns whether another version may replace this one (01 section 7.4). */
  public boolean replacedBy(World newer) {
    if (id == 0 || type == Type.NULL) {
      return true;
    }
    return newer.isVersionOf(this)
        && Long.compareUnsigned(newer.timestampMs, timestampMs) > 0
        && Signatures.verify(
            updateKey.toByteArray(), newer.signedBytes(), newer.signature.toByteArray());
  }

  /** Returns whether it claims to be another version of a world, or is the same. */
  public boolean isVersionOf(World other) {
    return id == other.id && type == other.type;
  }

  /** Returns whether its own update key has signed it, as that of a first version usually does. */
  public boolean isSelfSigned() {
    return Signatures.verify(updateKey.toByteArray(), signedBytes(), signature.toByteArray());
  }

  /** Creates and signs a world (01 section 7.8). */
  public static World make(
      Type type,
      long id,
      long timestampMs,
      byte[] nextUpdateKey,
      List<Root> roots,
      KeyPair signer) {
    if (roots.size() > MAX_ROOTS) {
      throw new IllegalArgumentException(
          "a world has at most " + MAX_ROOTS + " roots, not " + roots.size());
    }
    var unsigned = new World(type, id, timestampMs, Bytes.of(nextUpdateKey), Bytes.EMPTY, roots);
    Bytes signature = Bytes.of(Signatures.sign(signer, unsigned.signedBytes()));
    return new World(type, id, timestampMs, unsigned.updateKey, signature, roots);
  }

  /** Returns the planet of the public network, the default. */
  public static World defaultPlanet() {
    try (InputStream in = World.class.getResourceAsStream(DEFAULT_PLANET)) {
      if (in == null) {
        throw new IllegalStateException("the default planet is missing on the class path");
      }
      byte[] bytes = in.readAllBytes();
      return read(new WireReader(bytes, 0, bytes.length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
