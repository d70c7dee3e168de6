// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.channel.Channel;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.system.RepeatedErrorLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The UDP sockets of the node: one for each address of the host and port (04 section 6.1.11).
 *
 * <p>Lives on the node loop. A socket keeps its number as long as its address exists.
 */
public final class UdpSockets {
  /** Maximum open sockets; {@link Rebinder} selects the addresses that get one. */
  public static final int MAX_SOCKETS = 256;

  /** The mark of all sockets, by which rules of the host lead their datagrams past a tunnel. */
  public static final int MARK = 0x5a54;

  /** Open files of a socket: a second descriptor reads it. */
  static final int FILES_PER_SOCKET = 2;

  private static final Logger log = LoggerFactory.getLogger(UdpSockets.class);
  private static final RepeatedErrorLog ERRORS = new RepeatedErrorLog(log, "handling datagrams");

  /** A duplicate address detection of IPv6 makes the first attempts fail. */
  private static final int WARN_AT_FAILURE = 4;

  private static final int DEFAULT_TTL = 64;

  private final NodeLoop loop;
  private final Map<BindAddress, OpenSocket> open = new LinkedHashMap<>();
  private final Map<BindAddress, Integer> bindFailures = new HashMap<>();
  private OpenSocket[] byNumber = new OpenSocket[0];
  private int nextNumber;
  private long sendQueueFull;
  private int overLimit;

  private final Destination.Cache destinations = new Destination.Cache();
  private final SendBatch sendBatch = new SendBatch();
  private @Nullable OpenSocket batchSocket;
  private final ReceiveQueue receiveQueue;
  private final Runnable requestTurn;
  private boolean turnScheduled;

  private final SocketOpener opener;
  private final TemporarySockets temporary;

  /** Creates sockets whose datagrams go to the node of the loop. */
  public UdpSockets(NodeLoop loop) {
    this(loop, batch -> handle(loop, batch), BatchSender::sendmmsg);
  }

  /** Returns whether all sockets have {@link #MARK}; from any thread. */
  public boolean areMarked() {
    return opener.areMarked();
  }

  /** Gives another socket of the node {@link #MARK}; returns whether that is permitted. */
  public static boolean mark(Channel channel) {
    return SocketOptions.mark(channel, MARK);
  }

  /**
   * Creates sockets.
   *
   * @param receiver takes what they receive, on the loop
   * @param send the system call; null to leave all calls to Netty
   */
  UdpSockets(NodeLoop loop, Consumer<DatagramBatch> receiver, BatchSender.@Nullable Call send) {
    this.loop = loop;
    this.receiveQueue = new ReceiveQueue(receiver, ThreadLocalRandom.current().nextInt());
    this.requestTurn = loop.afterIo(this::turn);
    boolean own = send != null && loop.supportsDescriptors() && supportsDirectCalls();
    var sender = own && send != null ? new BatchSender(sendBatch, send) : null;
    opener =
        new SocketOpener(
            loop,
            new SocketOpener.Receiving(receiveQueue, this::endOfRead),
            new SocketOpener.Sending(sendBatch, sender, this::transmit),
            own);
    temporary = new TemporarySockets(loop, opener);
  }

  private static boolean supportsDirectCalls() {
    try {
      return SocketCalls.areSupported();
    } catch (LinkageError e) {
      log.debug("JNA does not load, so Netty reads and writes the sockets: {}", e.toString());
      return false;
    }
  }

  private static void handle(NodeLoop loop, DatagramBatch batch) {
    try {
      loop.node().receive(batch, NodeLoop.nowMs());
    } catch (RuntimeException | Error e) {
      ERRORS.add(e, NodeLoop.nowMs());
    }
    loop.scheduleWakeUp();
  }

  /**
   * Opens a socket for every wanted address that has none and closes those no longer wanted.
   *
   * @return whether sockets were opened or closed
   */
  public boolean rebind(List<BindAddress> wanted) {
    assert loop.eventLoop().inEventLoop();
    Set<BindAddress> keep = new HashSet<>(wanted);
    bindFailures.keySet().retainAll(keep);
    boolean changed = false;
    for (Map.Entry<BindAddress, OpenSocket> each : List.copyOf(open.entrySet())) {
      if (!keep.contains(each.getKey())) {
        open.remove(each.getKey());
        sendQueueFull += each.getValue().dropped();
        temporary.closeLike(each.getKey());
        each.getValue().close();
        changed = true;
      }
    }
    for (BindAddress address : wanted) {
      if (!open.containsKey(address)) {
        changed |= bind(address);
      }
    }
    if (changed) {
      byNumber = new OpenSocket[nextNumber];
      open.values().forEach(socket -> byNumber[socket.number] = socket);
    }
    return changed;
  }

  /** Returns the open sockets of these addresses. */
  List<LocalSocket> sockets(Predicate<BindAddress> which) {
    return open.entrySet().stream()
        .filter(each -> which.test(each.getKey()))
        .map(
            each ->
                new LocalSocket(
                    each.getValue().number, each.getValue().address, each.getKey().device()))
        .toList();
  }

  /** Returns the addresses that have an open socket. */
  List<BindAddress> bound() {
    return List.copyOf(open.keySet());
  }

  /** Returns the endpoints of all open sockets. */
  public List<InetSocketAddress> addresses() {
    return open.values().stream().map(socket -> socket.address).toList();
  }

  /** Returns the number of open sockets. */
  public int count() {
    return open.size();
  }

  /** Returns how many addresses have no socket because of a limit. */
  public int overLimit() {
    return overLimit;
  }

  /** Records how many addresses have no socket because of a limit. */
  void overLimit(int addresses) {
    overLimit = addresses;
  }

  /** Returns whether all open sockets read the ECN field of the datagrams that they receive. */
  public boolean readsEcn() {
    return open.values().stream().allMatch(OpenSocket::readsEcn);
  }

  /** Sends a run from its socket, or from every socket of its address family. */
  public void send(DatagramRun run) {
    if (run.socket() != Output.ALL_SOCKETS) {
      OpenSocket from = find(run.socket());
      if (from != null) {
        collect(from, run);
      }
      return;
    }
    boolean v4 = run.endpoint().getAddress() instanceof Inet4Address;
    for (OpenSocket each : open.values()) {
      if (each.v4 == v4) {
        collect(each, run);
      }
    }
  }

  private @Nullable OpenSocket find(int number) {
    if (LocalSocket.isTemporary(number)) {
      return temporary.find(number);
    }
    return number >= 0 && number < byNumber.length ? byNumber[number] : null;
  }

  /** Returns how many received datagrams were dropped: the queue of their source was full. */
  public long receiveQueueFull() {
    return receiveQueue.receiveQueueFull();
  }

  /** Returns how many datagrams were dropped: the send queue of their socket was full. */
  public long sendQueueFull() {
    return open.values().stream().mapToLong(OpenSocket::dropped).sum() + sendQueueFull;
  }

  /**
   * Sends one datagram that neither host nor router may fragment, so that it arrives whole or not
   * at all; returns false if its socket can't.
   */
  public boolean sendUnfragmented(DatagramRun datagram) {
    OpenSocket from = find(datagram.socket());
    Destination to = from == null ? null : destinations.of(datagram.endpoint(), from.v4);
    if (from == null || to == null) {
      return true; // As lost as any other datagram.
    }
    transmit();
    return from.transmitUnfragmented(to, datagram, sendBatch);
  }

  /** Sends a datagram with a short TTL that only opens the NAT of this host for replies. */
  public void sendShortLived(DatagramRun datagram, int hops) {
    OpenSocket from = find(datagram.socket());
    if (from == null || from.queuesFlows()) {
      return; // Later its TTL would be the usual one.
    }
    flush();
    boolean limited =
        loop.supportsDescriptors() && from.v4 && SocketOptions.ttl(from.channel, hops);
    collect(from, datagram);
    flush();
    if (limited) {
      SocketOptions.ttl(from.channel, DEFAULT_TTL);
    }
  }

  /** Sends everything that was collected. */
  public void flush() {
    transmit();
    if (opener.nettySends()) {
      for (OpenSocket each : open.values()) {
        each.channel.flush();
      }
      temporary.flush();
    }
  }

  /** Opens temporary sockets, after the current call ({@link Output#openSockets}). */
  public void openTemporary(int like, int count) {
    loop.execute(
        () -> {
          for (Map.Entry<BindAddress, OpenSocket> each : open.entrySet()) {
            if (each.getValue().number == like) {
              temporary.open(each.getKey(), count);
            }
          }
        });
  }

  /** Closes temporary sockets, after the current call. */
  public void closeTemporary(List<Integer> numbers) {
    List<Integer> closed = List.copyOf(numbers);
    loop.execute(() -> temporary.close(closed));
  }

  /** Returns how many temporary sockets are open. */
  public int temporary() {
    return temporary.count();
  }

  public void close() {
    temporary.closeAll();
    open.values().forEach(OpenSocket::close);
    open.clear();
    byNumber = new OpenSocket[0];
  }

  /** Returns the channel of an open socket; for tests that simulate devices. */
  Channel channel(int socket) {
    return byNumber[socket].channel;
  }

  /** Adds a run to the batch, and sends the batch when it is full or for another socket. */
  private void collect(OpenSocket from, DatagramRun run) {
    Destination destination = destinations.of(run.endpoint(), from.v4);
    if (destination == null || !from.accepts(run.traffic())) {
      sendQueueFull += Math.ceilDiv(run.length(), run.segmentBytes());
      return;
    }
    if (from != batchSocket) {
      begin(from);
    }
    int done = 0;
    while (done < run.length()) {
      boolean asRun = from.supportsRuns() && destination.supportsRuns();
      int part = sendBatch.add(destination, asRun, run, done);
      if (part == 0) {
        begin(from);
      }
      done += part;
    }
  }

  /** Starts a batch of a socket. */
  private void begin(OpenSocket from) {
    transmit();
    batchSocket = from;
    sendBatch.separateFlows(from.queuesFlows());
  }

  /** Hands the collected batch to its socket. */
  private void transmit() {
    if (batchSocket != null && !sendBatch.isEmpty()) {
      batchSocket.transmit(sendBatch);
    }
    batchSocket = null;
  }

  /** Handles what a socket has just received; the backlog is handled later. */
  private void endOfRead() {
    receiveQueue.endOfRead();
    scheduleTurn();
  }

  private void scheduleTurn() {
    if (receiveQueue.hasBacklog() && !turnScheduled) {
      turnScheduled = true;
      requestTurn.run();
    }
  }

  private void turn() {
    turnScheduled = false;
    receiveQueue.handleNext();
    scheduleTurn();
  }

  private boolean bind(BindAddress local) {
    SocketOpener.Result result = opener.open(local, nextNumber);
    OpenSocket socket = result.socket();
    if (socket == null) {
      bindFailed(local, result.failure());
      return false;
    }
    open.put(local, socket);
    if (bindFailures.remove(local) instanceof Integer failures && failures >= WARN_AT_FAILURE) {
      log.info("UDP port {} of {} is bound now", local.port(), local.address().getHostAddress());
    }
    nextNumber++;
    return true;
  }

  /** Warns once for an address; the first attempts may fail while it is being configured. */
  private void bindFailed(BindAddress local, String why) {
    int failures = bindFailures.merge(local, 1, Integer::sum);
    log.debug("cannot bind {}: {}", local, why);
    if (failures == WARN_AT_FAILURE) {
      log.warn(
          "cannot bind UDP port {} of {} ({}); this address is not used, the next attempt is within"
              + " 30 s",
          local.port(),
          local.address().getHostAddress(),
          why);
    }
  }
}
