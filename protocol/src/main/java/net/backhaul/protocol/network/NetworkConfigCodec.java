// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Encodes and decodes network configurations as dictionaries (03 section 3.1). */
final class NetworkConfigCodec {
  private static final int VERSION = 7;
  private static final int OLDEST_VERSION = 6;
  private static final int DNS_DOMAIN_BYTES = 128;

  private NetworkConfigCodec() {}

  static NetworkConfig decode(byte[] dictionary) {
    Dictionary in = Dictionary.parse(dictionary);
    if (Long.compareUnsigned(in.u64("v", 0), OLDEST_VERSION) < 0) {
      throw new WireException("configuration version too old");
    }
    long networkId = in.u64("nwid", 0);
    long issuedTo = in.address("id");
    if (networkId == 0 || issuedTo == 0) {
      throw new WireException("configuration without network or member");
    }
    Dns dns = dns(in);
    return new NetworkConfig(
        networkId,
        in.u64("ts", 0),
        in.u64("ctmd", 0),
        in.u64("r", 0),
        issuedTo,
        in.address("tt"),
        in.u64("tl", 0),
        in.u64("f", 0),
        (int) in.u64("ml", 0),
        in.u64("t", 0) == 1,
        in.text("n", "", NetworkConfig.MAX_NAME_BYTES),
        mtu(in.u64("mtu", NetworkConfig.DEFAULT_MTU_BYTES)),
        com(in),
        lenientList(in, "CAP", NetworkConfig.MAX_CAPABILITIES, Capability::read),
        lenientList(in, "TAG", NetworkConfig.MAX_TAGS, Tag::read),
        ownerships(in),
        specialists(in),
        list(in, "RT", NetworkConfig.MAX_ROUTES, Route::read),
        addresses(in),
        rules(in),
        dns.domain(),
        dns.servers(),
        Sso.read(in));
  }

  static byte[] encode(NetworkConfig config) {
    var out = new DictionaryWriter(NetworkConfig.CAPACITY_BYTES);
    out.addU64("v", VERSION);
    out.addU64("nwid", config.networkId());
    out.addU64("ts", config.timestampMs());
    out.addU64("ctmd", config.credentialWindowMs());
    out.addU64("r", config.revision());
    out.addAddress("id", config.issuedTo());
    out.addAddress("tt", config.traceTarget());
    out.addU64("tl", config.traceLevel());
    out.addU64("f", config.flags());
    out.addU64("ml", Integer.toUnsignedLong(config.multicastLimit()));
    out.addU64("t", config.isPublic() ? 1 : 0);
    out.add("n", config.name());
    out.addU64("mtu", config.mtuBytes());
    MembershipCertificate com = config.com();
    if (com != null) {
      addBlob(out, "C", com::writeTo);
    }
    addBlob(out, "CAP", blob -> config.capabilities().forEach(item -> item.writeTo(blob)));
    addBlob(out, "TAG", blob -> config.tags().forEach(item -> item.writeTo(blob)));
    addBlob(out, "COO", blob -> config.ownerships().forEach(item -> item.writeTo(blob)));
    addBlob(out, "S", blob -> config.specialists().forEach(blob::u64));
    addBlob(out, "RT", blob -> config.routes().forEach(item -> item.writeTo(blob)));
    addBlob(out, "I", blob -> config.addresses().forEach(item -> item.writeTo(blob)));
    addBlob(out, "R", blob -> Rules.write(blob, config.rules()));
    addBlob(out, "DNS", blob -> writeDns(config, blob));
    config.sso().writeTo(out);
    return out.toByteArray();
  }

  private static void addBlob(DictionaryWriter out, String key, Consumer<WireWriter> writer) {
    var blob = new WireWriter();
    writer.accept(blob);
    if (blob.size() > 0) {
      out.add(key, blob.toByteArray());
    }
  }

  private static int mtu(long stated) {
    if (Long.compareUnsigned(stated, NetworkConfig.MAX_MTU_BYTES) > 0) {
      return NetworkConfig.MAX_MTU_BYTES;
    }
    return Math.max((int) stated, NetworkConfig.MIN_MTU_BYTES);
  }

  private static @Nullable MembershipCertificate com(Dictionary in) {
    byte[] bytes = in.bytes("C");
    return bytes == null || bytes.length == 0
        ? null
        : MembershipCertificate.read(new WireReader(bytes, 0, bytes.length));
  }

  private static List<OwnershipCertificate> ownerships(Dictionary in) {
    List<OwnershipCertificate> all = list(in, "COO", Integer.MAX_VALUE, OwnershipCertificate::read);
    return all.subList(0, Math.min(all.size(), NetworkConfig.MAX_OWNERSHIPS));
  }

  private static List<Long> specialists(Dictionary in) {
    byte[] bytes = in.bytes("S");
    var all = new ArrayList<Long>();
    if (bytes != null) {
      var reader = new WireReader(bytes, 0, bytes.length);
      while (reader.remaining() >= 8 && all.size() < NetworkConfig.MAX_SPECIALISTS) {
        all.add(reader.u64());
      }
    }
    return all;
  }

  private static List<IpPrefix> addresses(Dictionary in) {
    byte[] bytes = in.bytes("I");
    var all = new ArrayList<IpPrefix>();
    if (bytes != null) {
      var reader = new WireReader(bytes, 0, bytes.length);
      int seen = 0;
      while (!reader.atEnd() && seen++ < NetworkConfig.MAX_ADDRESSES) {
        IpPrefix address = IpPrefix.read(reader);
        if (address != null) {
          all.add(address);
        }
      }
    }
    return all;
  }

  private static List<Rule> rules(Dictionary in) {
    byte[] bytes = in.bytes("R");
    return bytes == null ? List.of() : Rules.read(bytes, Rules.MAX_BASE_RULES);
  }

  private static <T> List<T> list(
      Dictionary in, String key, int max, Function<WireReader, T> read) {
    byte[] bytes = in.bytes(key);
    var all = new ArrayList<T>();
    if (bytes != null) {
      var reader = new WireReader(bytes, 0, bytes.length);
      while (!reader.atEnd() && all.size() < max) {
        all.add(read.apply(reader));
      }
    }
    return all;
  }

  /** Reads items until the first invalid one, sorted by id. */
  private static <T extends Credential> List<T> lenientList(
      Dictionary in, String key, int max, Function<WireReader, T> read) {
    byte[] bytes = in.bytes(key);
    var all = new ArrayList<T>();
    if (bytes != null) {
      var reader = new WireReader(bytes, 0, bytes.length);
      try {
        while (!reader.atEnd() && all.size() < max) {
          all.add(read.apply(reader));
        }
      } catch (WireException rest) {
        // Valid items before an invalid one are kept (03 section 3.2).
      }
    }
    all.sort(Comparator.comparingLong(Credential::id));
    return all;
  }

  private record Dns(String domain, List<InetAddress> servers) {}

  private static Dns dns(Dictionary in) {
    byte[] bytes = in.bytes("DNS");
    if (bytes == null || bytes.length == 0) {
      return new Dns("", List.of());
    }
    var reader = new WireReader(bytes, 0, bytes.length);
    byte[] name = reader.bytes(DNS_DOMAIN_BYTES);
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    var servers = new ArrayList<InetAddress>();
    for (int i = 0; i < NetworkConfig.MAX_DNS_SERVERS; i++) {
      InetSocketAddress server = Endpoints.read(reader);
      if (server != null) {
        servers.add(server.getAddress());
      }
    }
    return new Dns(new String(name, 0, end, StandardCharsets.UTF_8), servers);
  }

  private static void writeDns(NetworkConfig config, WireWriter out) {
    byte[] domain = config.dnsDomain().getBytes(StandardCharsets.UTF_8);
    byte[] field = Arrays.copyOf(domain, DNS_DOMAIN_BYTES);
    field[DNS_DOMAIN_BYTES - 1] = 0;
    out.bytes(field);
    for (int i = 0; i < NetworkConfig.MAX_DNS_SERVERS; i++) {
      boolean given = i < config.dnsServers().size();
      Endpoints.write(out, given ? new InetSocketAddress(config.dnsServers().get(i), 0) : null);
    }
  }
}
