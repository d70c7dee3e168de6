// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * What a host does on one virtual network: it has addresses, finds others by ARP or neighbor
 * solicitation, and pings them as a kernel does.
 *
 * <p>Frames come in by {@link #receive} and go out by {@link #takeFrames}.
 */
public final class Station {
  /** How often and how many times a kernel asks for the owner of an address. */
  private static final long ASK_EVERY_MS = 1_000;

  private static final int MAX_ASKS = 3;

  private static final int ETHERNET_BYTES = 14;
  private static final int PING_BYTES = 56;

  private final long mac;
  private final List<IpPrefix> addresses;
  private final Map<InetAddress, Long> neighbors = new HashMap<>();
  private final Map<InetAddress, Search> searches = new HashMap<>();
  private final List<byte[]> outgoing = new ArrayList<>();
  private final List<Reply> replies = new ArrayList<>();
  private final Map<Integer, Long> pingedAtMs = new HashMap<>();
  private int nextPing = 1;
  private int broadcastsHeard;

  /** Somebody has answered a ping. */
  public record Reply(InetAddress from, long roundTripMs) {}

  /** An address whose MAC is looked for, and what waits for it. */
  private static final class Search {
    final List<byte[]> waiting = new ArrayList<>();
    int asks;
    long nextAskMs;
  }

  Station(long mac, List<IpPrefix> addresses) {
    this.mac = mac;
    this.addresses = List.copyOf(addresses);
  }

  public List<IpPrefix> addresses() {
    return addresses;
  }

  /** Returns all answers to pings so far. */
  public List<Reply> replies() {
    return List.copyOf(replies);
  }

  /** Returns how many plain broadcast frames have arrived here. */
  public int broadcastsHeard() {
    return broadcastsHeard;
  }

  List<MulticastGroup> groups() {
    var groups = new ArrayList<MulticastGroup>();
    groups.add(MulticastGroup.BROADCAST);
    addresses.forEach(address -> groups.add(MulticastGroup.forAddress(address.address())));
    return groups;
  }

  void ping(InetAddress to, long nowMs) {
    InetAddress mine = sourceFor(to);
    int number = nextPing++;
    pingedAtMs.put(number, nowMs);
    sendIp(to, echo(mine, to, true, number), nowMs);
  }

  /** Shouts to everybody on the network. */
  void broadcast() {
    byte[] payload = new byte[100];
    outgoing.add(frame(Macs.BROADCAST, 0x88b5, payload));
  }

  List<byte[]> takeFrames() {
    List<byte[]> taken = List.copyOf(outgoing);
    outgoing.clear();
    return taken;
  }

  long nextDeadlineMs() {
    long next = Long.MAX_VALUE;
    for (Search search : searches.values()) {
      next = Math.min(next, search.nextAskMs);
    }
    return next;
  }

  void advance(long nowMs) {
    for (InetAddress wanted : List.copyOf(searches.keySet())) {
      Search search = searches.get(wanted);
      if (search != null && nowMs >= search.nextAskMs) {
        if (search.asks >= MAX_ASKS) {
          searches.remove(wanted);
        } else {
          ask(wanted, search, nowMs);
        }
      }
    }
  }

  void receive(byte[] frame, long nowMs) {
    var in = new WireReader(frame, 0, frame.length);
    long to = in.mac();
    long from = in.mac();
    int type = in.u16();
    if (to != mac && !Macs.isMulticast(to)) {
      return;
    }
    broadcastsHeard += to == Macs.BROADCAST && type == 0x88b5 ? 1 : 0;
    switch (type) {
      case EtherTypes.ARP -> receiveArp(in, nowMs);
      case EtherTypes.IPV4 -> receiveIpv4(in, nowMs);
      case EtherTypes.IPV6 -> receiveIpv6(in, from, nowMs);
      default -> {}
    }
  }

  // Looking for neighbors.

  private void sendIp(InetAddress to, byte[] packet, long nowMs) {
    Long known = neighbors.get(to);
    if (known != null) {
      outgoing.add(frame(known, etherType(to), packet));
      return;
    }
    Search search = searches.computeIfAbsent(to, ip -> new Search());
    search.waiting.add(packet);
    if (search.asks == 0) {
      ask(to, search, nowMs);
    }
  }

  private void ask(InetAddress wanted, Search search, long nowMs) {
    search.asks++;
    search.nextAskMs = nowMs + ASK_EVERY_MS;
    InetAddress mine = sourceFor(wanted);
    if (wanted.getAddress().length == 4) {
      outgoing.add(frame(Macs.BROADCAST, EtherTypes.ARP, arp(1, mine, 0, wanted)));
    } else {
      long group = MulticastGroup.forAddress(wanted).mac();
      byte[] ip = wanted.getAddress();
      var groupIp = new WireWriter().u64(0xff02L << 48).u32(1).u8(0xff).u8(ip[13]);
      groupIp.u8(ip[14]).u8(ip[15]);
      byte[] solicitation = neighborMessage(135, 0, wanted, 1);
      outgoing.add(
          frame(
              group,
              EtherTypes.IPV6,
              ipv6(mine.getAddress(), groupIp.toByteArray(), solicitation)));
    }
  }

  private void found(InetAddress ip, long itsMac) {
    neighbors.put(ip, itsMac);
    Search search = searches.remove(ip);
    if (search != null) {
      search.waiting.forEach(packet -> outgoing.add(frame(itsMac, etherType(ip), packet)));
    }
  }

  private void receiveArp(WireReader in, long nowMs) {
    in.skip(6);
    int operation = in.u16();
    long senderMac = in.mac();
    InetAddress sender = ip(in.bytes(4));
    in.skip(6);
    InetAddress wanted = ip(in.bytes(4));
    if (isMine(wanted)) {
      found(sender, senderMac);
      if (operation == 1) {
        outgoing.add(frame(senderMac, EtherTypes.ARP, arp(2, wanted, senderMac, sender)));
      }
    }
  }

  private byte[] arp(int operation, InetAddress mine, long theirMac, InetAddress theirs) {
    return new WireWriter()
        .u16(1)
        .u16(EtherTypes.IPV4)
        .u8(6)
        .u8(4)
        .u16(operation)
        .mac(mac)
        .bytes(mine.getAddress())
        .mac(theirMac)
        .bytes(theirs.getAddress())
        .toByteArray();
  }

  private byte[] neighborMessage(int type, long flags, InetAddress target, int option) {
    return new WireWriter()
        .u8(type)
        .u8(0)
        .u16(0)
        .u32(flags)
        .bytes(target.getAddress())
        .u8(option)
        .u8(1)
        .mac(mac)
        .toByteArray();
  }

  // Pings.

  private void receiveIpv4(WireReader in, long nowMs) {
    in.skip(9);
    int protocol = in.u8();
    in.skip(2);
    InetAddress from = ip(in.bytes(4));
    InetAddress to = ip(in.bytes(4));
    if (protocol == 1 && isMine(to)) {
      int type = in.u8();
      in.skip(5);
      echoed(type == 8, type == 0, from, to, in.u16(), nowMs);
    }
  }

  private void receiveIpv6(WireReader in, long fromMac, long nowMs) {
    in.skip(6);
    int protocol = in.u8();
    in.skip(1);
    InetAddress from = ip(in.bytes(16));
    InetAddress to = ip(in.bytes(16));
    if (protocol != 58) {
      return;
    }
    int type = in.u8();
    in.skip(3);
    if (type == 135 || type == 136) {
      in.skip(4);
      InetAddress target = ip(in.bytes(16));
      if (type == 136) {
        found(target, fromMac);
      } else if (isMine(target)) {
        found(from, fromMac);
        byte[] answer = neighborMessage(136, 0x6000_0000L, target, 2);
        sendIp(from, ipv6(target.getAddress(), from.getAddress(), answer), nowMs);
      }
    } else if (isMine(to)) {
      in.skip(2);
      echoed(type == 128, type == 129, from, to, in.u16(), nowMs);
    }
  }

  private void echoed(
      boolean request, boolean reply, InetAddress from, InetAddress to, int number, long nowMs) {
    if (request) {
      sendIp(from, echo(to, from, false, number), nowMs);
    } else if (reply) {
      Long sentMs = pingedAtMs.remove(number);
      if (sentMs != null) {
        replies.add(new Reply(from, nowMs - sentMs));
      }
    }
  }

  private static byte[] echo(InetAddress from, InetAddress to, boolean request, int number) {
    boolean four = to.getAddress().length == 4;
    int type = four ? (request ? 8 : 0) : request ? 128 : 129;
    byte[] icmp =
        new WireWriter()
            .u8(type)
            .u8(0)
            .u16(0)
            .u16(1)
            .u16(number)
            .bytes(new byte[PING_BYTES])
            .toByteArray();
    if (!four) {
      return ipv6(from.getAddress(), to.getAddress(), icmp);
    }
    return new WireWriter()
        .u8(0x45)
        .u8(0)
        .u16(20 + icmp.length)
        .u32(0)
        .u8(64)
        .u8(1)
        .u16(0)
        .bytes(from.getAddress())
        .bytes(to.getAddress())
        .bytes(icmp)
        .toByteArray();
  }

  private static byte[] ipv6(byte[] from, byte[] to, byte[] icmp) {
    return new WireWriter()
        .u32(0x6000_0000L)
        .u16(icmp.length)
        .u8(58)
        .u8(255)
        .bytes(from)
        .bytes(to)
        .bytes(icmp)
        .toByteArray();
  }

  private byte[] frame(long to, int etherType, byte[] payload) {
    return new WireWriter(ETHERNET_BYTES + payload.length)
        .mac(to)
        .mac(mac)
        .u16(etherType)
        .bytes(payload)
        .toByteArray();
  }

  private InetAddress sourceFor(InetAddress to) {
    for (IpPrefix address : addresses) {
      if (address.address().getClass() == to.getClass()) {
        return address.address();
      }
    }
    throw new IllegalStateException("no address of the family of " + to);
  }

  private boolean isMine(InetAddress ip) {
    return addresses.stream().anyMatch(address -> address.address().equals(ip));
  }

  private static int etherType(InetAddress ip) {
    return ip.getAddress().length == 4 ? EtherTypes.IPV4 : EtherTypes.IPV6;
  }

  private static InetAddress ip(byte[] bytes) {
    return Endpoints.of(bytes, 0).getAddress();
  }
}
