// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.backhaul.json.Json;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The MTU of paths between daemons on hosts of their own, where what is longer vanishes. */
class PathMtuHostsTest {
  private static final int PORT = 4_022;
  private static final int SCREEN_BYTES = 32_768;
  private static final int SCREEN_WITHIN_MS = 10_000;
  private static final int UDP_HEADERS = 28;

  private static final String NETWORK =
      """
      {"private": true, "v4AssignMode": {"zt": true},
       "routes": [{"target": "10.77.0.0/24"}],
       "ipAssignmentPools": [{"ipRangeStart": "10.77.0.1", "ipRangeEnd": "10.77.0.99"}]}
      """;

  @TempDir Path directory;
  private NamespaceMembers members;
  private NamespaceNode alice;
  private NamespaceNode bob;
  private ServerSocket server;
  private Socket terminal;

  @AfterEach
  void stop() throws IOException {
    if (terminal != null) {
      terminal.close();
    }
    if (server != null) {
      server.close();
    }
    members.close();
  }

  @Test
  void findsJumboFramesAndNoticesWhenTheyVanish() throws Exception {
    start(9_000);
    redraw();
    awaitPathMtu(9_000, 1_500);

    dropLongerThan(1_400);
    long tookMs = redraw();
    assertTrue(tookMs < SCREEN_WITHIN_MS, "a screen took " + tookMs + " ms");
    awaitPathMtu(1_400, 1_360);
  }

  @Test
  void usesPathThatIsNarrowerThanItsEndsFromTheStart() throws Exception {
    start(1_500);
    dropLongerThan(1_420);

    long tookMs = redraw();

    assertTrue(tookMs < SCREEN_WITHIN_MS, "a screen took " + tookMs + " ms");
    awaitPathMtu(1_420, 1_400);
  }

  /** Starts two members over links with an MTU, and a connection between them. */
  private void start(int mtu) throws Exception {
    RequiredProgram.assume("nft");
    members = NamespaceMembers.create(directory);
    members.start(2);
    alice = members.members().getFirst();
    bob = members.members().getLast();
    String mtuText = Integer.toString(mtu);
    for (NamespaceNode member : members.members()) {
      // Without super-frames, which look longer to nft than the datagrams in them.
      member.ip("link", "set", "eth0", "mtu", mtuText, "gso_max_segs", "1");
    }
    members.controller.ip("link", "set", "host2", "mtu", mtuText);
    members.controller.ip("link", "set", "host3", "mtu", mtuText);
    String network = members.network(1, NETWORK);
    members.join(alice, network, "{\"ipAssignments\": [\"10.77.0.2\"]}");
    members.join(bob, network, "{\"ipAssignments\": [\"10.77.0.3\"]}");
    NamespaceMembers.awaitDevice(alice, network, "10.77.0.2");
    NamespaceMembers.awaitDevice(bob, network, "10.77.0.3");
    server = alice.here(() -> new ServerSocket(PORT));
    Thread.ofPlatform().daemon().start(this::drawScreens);
    terminal =
        bob.here(
            () -> {
              var socket = new Socket();
              socket.connect(new InetSocketAddress("10.77.0.2", PORT), SCREEN_WITHIN_MS);
              socket.setTcpNoDelay(true);
              return socket;
            });
    Await.until(this::isDirect);
  }

  /** Makes both members drop longer IP packets without a word, as bad routers do. */
  private void dropLongerThan(int mtu) throws Exception {
    for (NamespaceNode member : members.members()) {
      member.nft("add table ip t");
      member.nft("add chain ip t in { type filter hook prerouting priority -500; }");
      member.nft("add rule ip t in iifname eth0 meta length > " + mtu + " drop");
    }
  }

  /** Answers each byte of a connection with a screen. */
  private void drawScreens() {
    try (Socket shell = server.accept()) {
      OutputStream out = shell.getOutputStream();
      while (shell.getInputStream().read() >= 0) {
        out.write(new byte[SCREEN_BYTES]);
      }
    } catch (IOException closed) {
      // The test has ended.
    }
  }

  /** Requests a screen, and returns how long that took. */
  private long redraw() throws IOException {
    long startNanos = System.nanoTime();
    terminal.setSoTimeout(2 * SCREEN_WITHIN_MS);
    terminal.getOutputStream().write(1);
    try {
      new DataInputStream(terminal.getInputStream()).readFully(new byte[SCREEN_BYTES]);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the screen hangs", e);
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  private boolean isDirect() {
    return "DIRECT".equals(pathToBob().get("link"));
  }

  /**
   * Draws screens until the path has an MTU.
   *
   * @param toReference that with the reference as Bob: it reads at most 1500 bytes, and answers a
   *     probe in one datagram that is longer
   */
  private void awaitPathMtu(int mtu, int toReference) {
    int bytes = (bob.programs() == null ? mtu : toReference) - UDP_HEADERS;
    Await.until(
        () -> {
          redrawOrFail();
          return pathMtu() == bytes;
        });
    assertEquals(bytes, pathMtu());
  }

  private void redrawOrFail() {
    try {
      redraw();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int pathMtu() {
    return ((Number) pathToBob().get("pathMtu")).intValue();
  }

  /** Returns how Alice, who sends the screens, reaches Bob. */
  private Map<?, ?> pathToBob() {
    try {
      var diagnosis = (Map<?, ?>) Json.parse(alice.request("GET", "/diagnosis", ""));
      for (Object each : (List<?>) diagnosis.get("peers")) {
        var peer = (Map<?, ?>) each;
        if (bob.address().equals(peer.get("address"))) {
          return peer;
        }
      }
      return Map.of();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
