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
 * A host's IP stack on one virtual network: addresses, ARP and neighbor discovery, ICMP echo, as a
 * kernel does it.
 *
 * <p>Frames come in by {@link #receive} and go out by {@link #takeFrames}.
 */
public final class SimulatedIpStack {
  /** Interval and number of ARP requests or solicitations for an address, as in Linux. */
  private static final long RESOLVE_INTERVAL_MS = 1_000;

  private static final int MAX_RESOLVE_ATTEMPTS = 3;

  /** EtherType of plain broadcast frames: IEEE 802 local experimental. */
  private static final int ETHERTYPE_EXPERIMENTAL = 0x88b5;

  private static final int ETHERNET_BYTES = 14;
  private static final int PING_BYTES = 56;

  private final long mac;
  private final List<IpPrefix> addresses;
  private final Map<InetAddress, Long> neighbors = new HashMap<>();
  private final Map<InetAddress, AddressResolution> resolutions = new HashMap<>();
  private final List<byte[]> framesToSend = new ArrayList<>();
  private final List<PingReply> pingReplies = new ArrayList<>();
  private final Map<Integer, Long> pingSentMs = new HashMap<>();
  private int nextSequence = 1;
  private int broadcastsReceived;

  /** An ICMP echo reply. */
  public record PingReply(InetAddress from, long roundTripMs) {}

  /** The state of resolving an IP address to a MAC, with the IP packets pending on it. */
  private static final class AddressResolution {
    final List<byte[]> pendingPackets = new ArrayList<>();
    int attempts;
    long nextAttemptMs;
  }

  SimulatedIpStack(long mac, List<IpPrefix> addresses) {
    this.mac = mac;
    this.addresses = List.copyOf(addresses);
  }

  public List<IpPrefix> addresses() {
    return addresses;
  }

  /** Returns all echo replies so far. */
  public List<PingReply> pingReplies() {
    return List.copyOf(pingReplies);
  }

  /** Returns the number of plain broadcast frames received. */
  public int broadcastsReceived() {
    return broadcastsReceived;
  }

  List<MulticastGroup> groups() {
    var groups = new ArrayList<MulticastGroup>();
    groups.add(MulticastGroup.BROADCAST);
    addresses.forEach(address -> groups.add(MulticastGroup.forAddress(address.address())));
    return groups;
  }

  void ping(InetAddress to, long nowMs) {
    InetAddress mine = sourceFor(to);
    int number = nextSequence++;
    pingSentMs.put(number, nowMs);
    sendIp(to, echo(mine, to, true, number), nowMs);
  }

  /** Sends a plain broadcast frame. */
  void broadcast() {
    byte[] payload = new byte[100];
    framesToSend.add(frame(Macs.BROADCAST, ETHERTYPE_EXPERIMENTAL, payload));
  }

  List<byte[]> takeFrames() {
    List<byte[]> taken = List.copyOf(framesToSend);
    framesToSend.clear();
    return taken;
  }

  long nextDeadlineMs() {
    long next = Long.MAX_VALUE;
    for (AddressResolution resolution : resolutions.values()) {
      next = Math.min(next, resolution.nextAttemptMs);
    }
    return next;
  }

  void advance(long nowMs) {
    for (InetAddress target : List.copyOf(resolutions.keySet())) {
      AddressResolution resolution = resolutions.get(target);
      if (resolution != null && nowMs >= resolution.nextAttemptMs) {
        if (resolution.attempts >= MAX_RESOLVE_ATTEMPTS) {
          resolutions.remove(target);
        } else {
          resolve(target, resolution, nowMs);
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
    broadcastsReceived += to == Macs.BROADCAST && type == ETHERTYPE_EXPERIMENTAL ? 1 : 0;
    switch (type) {
      case EtherTypes.ARP -> receiveArp(in, nowMs);
      case EtherTypes.IPV4 -> receiveIpv4(in, nowMs);
      case EtherTypes.IPV6 -> receiveIpv6(in, from, nowMs);
      default -> {}
    }
  }

  // Address resolution.

  private void sendIp(InetAddress to, byte[] packet, long nowMs) {
    Long neighborMac = neighbors.get(to);
    if (neighborMac != null) {
      framesToSend.add(frame(neighborMac, etherType(to), packet));
      return;
    }
    AddressResolution resolution = resolutions.computeIfAbsent(to, ip -> new AddressResolution());
    resolution.pendingPackets.add(packet);
    if (resolution.attempts == 0) {
      resolve(to, resolution, nowMs);
    }
  }

  private void resolve(InetAddress target, AddressResolution resolution, long nowMs) {
    resolution.attempts++;
    resolution.nextAttemptMs = nowMs + RESOLVE_INTERVAL_MS;
    InetAddress mine = sourceFor(target);
    if (target.getAddress().length == 4) {
      framesToSend.add(frame(Macs.BROADCAST, EtherTypes.ARP, arp(1, mine, 0, target)));
    } else {
      long group = MulticastGroup.forAddress(target).mac();
      byte[] ip = target.getAddress();
      var groupIp = new WireWriter().u64(0xff02L << 48).u32(1).u8(0xff).u8(ip[13]);
      groupIp.u8(ip[14]).u8(ip[15]);
      byte[] solicitation = neighborMessage(135, 0, target, 1);
      framesToSend.add(
          frame(
              group,
              EtherTypes.IPV6,
              ipv6(mine.getAddress(), groupIp.toByteArray(), solicitation)));
    }
  }

  private void resolved(InetAddress ip, long neighborMac) {
    neighbors.put(ip, neighborMac);
    AddressResolution resolution = resolutions.remove(ip);
    if (resolution != null) {
      resolution.pendingPackets.forEach(
          packet -> framesToSend.add(frame(neighborMac, etherType(ip), packet)));
    }
  }

  private void receiveArp(WireReader in, long nowMs) {
    in.skip(6);
    int operation = in.u16();
    long senderMac = in.mac();
    InetAddress sender = ip(in.bytes(4));
    in.skip(6);
    InetAddress target = ip(in.bytes(4));
    if (isOwn(target)) {
      resolved(sender, senderMac);
      if (operation == 1) {
        framesToSend.add(frame(senderMac, EtherTypes.ARP, arp(2, target, senderMac, sender)));
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

  // ICMP echo.

  private void receiveIpv4(WireReader in, long nowMs) {
    in.skip(9);
    int protocol = in.u8();
    in.skip(2);
    InetAddress from = ip(in.bytes(4));
    InetAddress to = ip(in.bytes(4));
    if (protocol == 1 && isOwn(to)) {
      int type = in.u8();
      in.skip(5);
      receiveEcho(type == 8, type == 0, from, to, in.u16(), nowMs);
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
        resolved(target, fromMac);
      } else if (isOwn(target)) {
        resolved(from, fromMac);
        byte[] answer = neighborMessage(136, 0x6000_0000L, target, 2);
        sendIp(from, ipv6(target.getAddress(), from.getAddress(), answer), nowMs);
      }
    } else if (isOwn(to)) {
      in.skip(2);
      receiveEcho(type == 128, type == 129, from, to, in.u16(), nowMs);
    }
  }

  private void receiveEcho(
      boolean request, boolean reply, InetAddress from, InetAddress to, int number, long nowMs) {
    if (request) {
      sendIp(from, echo(to, from, false, number), nowMs);
    } else if (reply) {
      Long sentMs = pingSentMs.remove(number);
      if (sentMs != null) {
        pingReplies.add(new PingReply(from, nowMs - sentMs));
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

  private boolean isOwn(InetAddress ip) {
    return addresses.stream().anyMatch(address -> address.address().equals(ip));
  }

  private static int etherType(InetAddress ip) {
    return ip.getAddress().length == 4 ? EtherTypes.IPV4 : EtherTypes.IPV6;
  }

  private static InetAddress ip(byte[] bytes) {
    return Endpoints.of(bytes, 0).getAddress();
  }
}
