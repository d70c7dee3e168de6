// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/**
 * The packet that is being received: its bytes, where it came from and when.
 *
 * <p>One mutable view is reused for packet after packet, so that receiving allocates nothing: it is
 * valid until the handler returns. Header fields are read once a packet is opened, since handlers
 * may overwrite the header.
 */
public final class InboundPacket {
  /** The verb and the packet id that an OK answers. */
  static final int OK_HEADER_BYTES = 9;

  private static final InetSocketAddress NOWHERE =
      InetSocketAddress.createUnresolved("nowhere.invalid", 0);

  /** Sends messages back to where a packet came from. */
  @FunctionalInterface
  public interface ReplySender {
    void reply(InboundPacket packet, Message message);
  }

  private final ReplySender replies;
  private final PacketView header = new PacketView();

  private int socket;
  private InetSocketAddress endpoint = NOWHERE;
  private long receivedAtMs;
  private long nowMs;

  private byte[] bytes = {};
  private int start;
  private int length;
  private long packetId;
  private int hops;
  private int ecn;
  private boolean cameWithMark;
  private int verbNumber;

  private @Nullable Peer peer;
  private @Nullable Identity sourceIdentity;

  /** The round trip that this OK(HELLO) has shown, or -1: its path may not be learned yet. */
  long roundTripMs = -1;

  /** Whether this OK is the first answer to a probe of a path; one that is replayed is not. */
  boolean answersProbe;

  public InboundPacket(ReplySender replies) {
    this.replies = replies;
  }

  /**
   * Sets where and when the packet came in.
   *
   * @param received when its last datagram came, before {@code now} for one that was pending
   */
  public InboundPacket arrived(int atSocket, InetSocketAddress from, long received, long now) {
    socket = atSocket;
    endpoint = from;
    receivedAtMs = received;
    nowMs = now;
    peer = null;
    sourceIdentity = null;
    roundTripMs = -1;
    answersProbe = false;
    ecn = 0;
    cameWithMark = false;
    return this;
  }

  /** Sets the ECN field of the IP header that the packet came with, as it is to be used. */
  public InboundPacket ecn(int newEcn) {
    ecn = newEcn;
    return this;
  }

  /** Sets whether the packet came with CE, whatever that means on its path. */
  InboundPacket cameWithMark(boolean marked) {
    cameWithMark = marked;
    return this;
  }

  boolean cameWithMark() {
    return cameWithMark;
  }

  /** Points this view at bytes; returns false where they are too few for a header. */
  public boolean wrap(byte[] newBytes, int newStart, int newLength) {
    bytes = newBytes;
    start = newStart;
    length = newLength;
    return header.wrap(newBytes, newStart, newLength);
  }

  /** Sets the sender of an opened packet without a peer, as for a handler that is tested alone. */
  public InboundPacket from(Identity sender) {
    sourceIdentity = sender;
    readHeader();
    return this;
  }

  /** Sets the sender of a datagram that has no packet header. */
  void from(Peer sender) {
    peer = sender;
    sourceIdentity = sender.identity;
  }

  /** Sets the sender, whose key has opened the packet, and reads the header. */
  void opened(Peer sender) {
    from(sender);
    readHeader();
  }

  private void readHeader() {
    packetId = header.id();
    hops = header.hops();
    verbNumber = header.verb();
  }

  /** Returns the sender; it is set once the packet is authentic. */
  Peer peer() {
    Peer sender = peer;
    if (sender == null) {
      throw new IllegalStateException("the packet is not authenticated");
    }
    return sender;
  }

  /** Returns the path on which the packet came, or null where it is not one of the sender's. */
  @Nullable Path path() {
    return peer().path(socket, endpoint);
  }

  /** Returns the header, to be read and changed while the packet is not opened. */
  PacketView header() {
    return header;
  }

  /** Returns the address of the sender. */
  public long source() {
    return sourceIdentity().address();
  }

  /** Returns the identity of the sender. */
  public Identity sourceIdentity() {
    Identity sender = sourceIdentity;
    if (sender == null) {
      throw new IllegalStateException("the packet is not authenticated");
    }
    return sender;
  }

  /** Returns the number of the socket that received the packet. */
  public int socket() {
    return socket;
  }

  /** Returns the IP address and port that the packet came from. */
  public InetSocketAddress endpoint() {
    return endpoint;
  }

  /** Returns the on-wire id of the packet. */
  public long packetId() {
    return packetId;
  }

  /** Returns how many nodes have relayed the packet. */
  public int hops() {
    return hops;
  }

  /** Returns the ECN field of the IP header that the packet came with. */
  int ecn() {
    return ecn;
  }

  /**
   * Returns the same for a frame that leaves the tunnel: 0 where the sender marks nothing as
   * ECN-capable (02 section 1.9).
   */
  public int tunnelEcn() {
    Peer sender = peer;
    return ecn != 0 && sender != null && sender.supportsEcn() ? ecn : 0;
  }

  /** Returns the number of the verb, which may be one without a meaning. */
  public int verbNumber() {
    return verbNumber;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Returns where the header begins. */
  public int start() {
    return start;
  }

  /** Returns the length of header and payload in bytes. */
  public int length() {
    return length;
  }

  public int payloadStart() {
    return start + Packets.HEADER_BYTES;
  }

  public int payloadLength() {
    return length - Packets.HEADER_BYTES;
  }

  /** Returns a reader of the payload. */
  public WireReader payload() {
    return new WireReader(bytes, payloadStart(), payloadLength());
  }

  /** Returns the number of the verb that an OK answers. */
  public int inReVerbNumber() {
    return payload().u8();
  }

  /** Returns the id of the packet of ours that an OK answers. */
  public long inRePacketId() {
    return new WireReader(bytes, payloadStart() + 1, payloadLength() - 1).u64();
  }

  /** Returns a reader of what stands behind the two fields that each OK begins with. */
  public WireReader okBody() {
    return new WireReader(
        bytes, payloadStart() + OK_HEADER_BYTES, payloadLength() - OK_HEADER_BYTES);
  }

  /** Returns when the packet came in. */
  public long receivedAtMs() {
    return receivedAtMs;
  }

  /** Returns the time of the call. */
  public long nowMs() {
    return nowMs;
  }

  /** Sends a message to where the packet came from (02 section 2, "Reply routing"). */
  public void reply(Message message) {
    replies.reply(this, message);
  }
}
