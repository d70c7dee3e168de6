// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of a daemon, or of another program at its port. */
class LocalApiTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "HTTP/1.1 200 OK~Content-Length: 2~~{} and more | 200 | {}",
        "HTTP/1.0 404 Not Found~content-LENGTH:0~~ignored | 404 | ''",
        "HTTP/1.1 200 OK~~until the end | 200 | until the end",
        "HTTP/1.1 200 OK~Content-Length: 9~~short | 200 | short",
        "HTTP/1.1 200 OK~Content-Length: 16777217~~ | 0 | request too large",
        "HTTP/1.1 200 OK~Content-Length: many~~ | 0 | connection failed: the answer is not HTTP",
        "HTTP/1.1 200 OK~Content-Length: -1~~ | 0 | connection failed: the answer is not HTTP",
        "HTTP/1.1 2x0 OK~~ | 0 | connection failed: the answer is not HTTP",
        "SSH-2.0-OpenSSH_9.2~~ | 0 | connection failed: the answer is not HTTP",
        "HTTP/1.1 200 OK~Content-Length: 2~ | 0 | connection failed: the answer is not HTTP",
        "'' | 0 | connection failed: the answer is not HTTP",
      })
  void parsesAnswersOrReportsTheError(String answer, int status, String body) throws Exception {
    LocalApi.Answer found = request(answer.replace("~", "\r\n"), new StringBuilder());

    assertEquals(new LocalApi.Answer(status, body), found);
  }

  @Test
  void limitsTheHeadOfAnAnswer() throws Exception {
    LocalApi.Answer found =
        request("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(20_000), new StringBuilder());

    assertEquals(new LocalApi.Answer(0, "connection failed: the answer is not HTTP"), found);
  }

  @Test
  void escapesPathsAndTokens() throws Exception {
    var request = new StringBuilder();

    request("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", request);

    assertEquals(
        "GET /a%20b%0d%0a%c3%a9?c=d HTTP/1.1\r\nX-ZT1-Auth: tokenX-More: 1\r\n\r\n",
        request.toString());
  }

  @ParameterizedTest
  @CsvSource({"localhost", "1.2.3", "root.example", "300.1.1.1", "''"})
  void rejectsHostNames(String host) {
    var api = new LocalApi(new ApiAccess("/none", host, 1, "token", "-T"));

    assertEquals(new LocalApi.Answer(0, "connection failed (2)"), api.get("/status"));
  }

  @Test
  void endsRequestThatIsNotAnswered() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      // The kernel accepts the connection and the request, as for a stopped process.
      assertTimesOut(server);
    }
  }

  @Test
  void endsAnswerThatArrivesTooSlowly() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var thread = Executors.newSingleThreadExecutor()) {
      var served = CompletableFuture.runAsync(() -> trickle(server), thread);

      assertTimesOut(server);

      served.join();
    }
  }

  private static void assertTimesOut(ServerSocket server) {
    var access = new ApiAccess("/none", "127.0.0.1", server.getLocalPort(), "token", "-T");
    var api = new LocalApi(access, 1_000);

    LocalApi.Answer answer = api.get("/status");

    assertEquals(new LocalApi.Answer(0, "timed out"), answer);
    assertEquals(
        "the daemon at 127.0.0.1 port "
            + server.getLocalPort()
            + " did not answer within 1 s: it hangs or is overloaded; its log says more, and a"
            + " restart of zerotier-one helps if this lasts",
        api.connectionHint(answer));
  }

  /** Sends a header without end, a byte every few milliseconds, until the client closes. */
  private static void trickle(ServerSocket server) {
    try (Socket client = server.accept()) {
      while (true) {
        client.getOutputStream().write('H');
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    } catch (IOException e) {
      // The client has closed.
    }
  }

  /** Sends a request to a server that gives one answer and closes; records the request. */
  private static LocalApi.Answer request(String answer, StringBuilder request) throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var thread = Executors.newSingleThreadExecutor()) {
      var served = CompletableFuture.runAsync(() -> serve(server, answer, request), thread);
      var access =
          new ApiAccess("/none", "127.0.0.1", server.getLocalPort(), "token\r\nX-More: 1", "-T");
      LocalApi.Answer found = new LocalApi(access).get("/a b\r\né?c=d");
      served.join();
      return found;
    }
  }

  private static void serve(ServerSocket server, String answer, StringBuilder request) {
    try (Socket client = server.accept()) {
      byte[] head = new byte[1024];
      int length = client.getInputStream().read(head);
      request.append(new String(head, 0, length, StandardCharsets.UTF_8));
      client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The client closed first, after the part that it reads.
    }
  }
}
