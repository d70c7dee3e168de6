// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import net.backhaul.web.server.SelfSignedCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deliveries over TLS to a server on loopback, which the tests alone permit. */
class WebhookClientTest {
  private static final byte[] BODY = "{\"event\":\"test\"}".getBytes(StandardCharsets.UTF_8);
  private static final String SECRET = "bhw_secret";

  private final BlockingQueue<List<String>> requests = new LinkedBlockingQueue<>();
  private final List<String> resolved = new ArrayList<>();
  private String answer = "HTTP/1.1 204 No Content\r\n\r\n";
  private SSLServerSocket server;
  private SSLContext context;
  private WebhookClient client;

  @BeforeEach
  void start() throws Exception {
    var created =
        SelfSignedCertificate.create(
            List.of("hook.test"), new SecureRandom(), System.currentTimeMillis());
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        created.certificate().getBytes(StandardCharsets.US_ASCII)));
    byte[] encoded =
        Base64.getMimeDecoder().decode(created.key().replaceAll("-----[A-Z ]+-----", ""));
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("key", key, new char[0], new X509Certificate[] {certificate});
    store.setCertificateEntry("ca", certificate);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 8, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    client =
        new WebhookClient(
            host -> {
              resolved.add(host);
              return new InetAddress[] {InetAddress.getLoopbackAddress()};
            },
            context.getSocketFactory());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (SSLSocket socket = (SSLSocket) server.accept()) {
        var in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var lines = new ArrayList<String>();
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
          lines.add(line);
        }
        var body = new char[BODY.length];
        int read = in.read(body);
        lines.add(new String(body, 0, read));
        requests.add(lines);
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException | NullPointerException e) {
        // The client has closed the connection.
      }
    }
  }

  private WebhookSettings settings(String host) {
    return new WebhookSettings(
        "https://" + host + ":" + server.getLocalPort() + "/in?a=1", SECRET, Set.of(), 1);
  }

  private String failure(WebhookSettings settings) {
    return assertThrows(
            IOException.class, () -> client.send(settings, BODY, 1_700_000_000, any -> true))
        .getMessage();
  }

  @Test
  void sendsSignedDeliveries() throws Exception {
    client.send(settings("hook.test"), BODY, 1_700_000_000, any -> true);

    List<String> request = requests.poll(60, TimeUnit.SECONDS);
    assertEquals("POST /in?a=1 HTTP/1.1", request.getFirst());
    assertEquals("Host: hook.test:" + server.getLocalPort(), request.get(1));
    assertTrue(
        request.contains(
            "Backhaul-Signature: " + WebhookClient.signature(SECRET, 1_700_000_000, BODY)),
        request::toString);
    assertEquals(new String(BODY, StandardCharsets.UTF_8), request.getLast());
    assertEquals(List.of("hook.test"), resolved, "resolved once");
  }

  /** Computed by openssl dgst -sha256 -hmac. */
  @Test
  void signsTimeAndBody() {
    assertEquals(
        "t=1700000000,v1=c6ef4734033cee2367414a0939385eca0397754aa7a59716da7463a9298b5146",
        WebhookClient.signature("k", 1_700_000_000, "{}".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void doesNotConnectToAddressesThatAreNotOpen() throws Exception {
    for (String host : List.of("hook.test", "127.0.0.1", "localhost")) {
      var rejected =
          assertThrows(
              IOException.class,
              () ->
                  client.send(
                      settings(host),
                      BODY,
                      1,
                      address -> WebhookTargets.isOpen(address, List.of())));
      assertTrue(rejected.getMessage().contains("local or private network"));
    }
    assertTrue(requests.isEmpty());
  }

  /** The first address is open, the second one is not: which one is used must not matter. */
  @Test
  void rejectsNamesWithAnAddressThatIsNotOpen() {
    var mixed =
        new WebhookClient(
            host ->
                new InetAddress[] {
                  InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral("169.254.169.254")
                },
            context.getSocketFactory());
    assertThrows(
        IOException.class,
        () ->
            mixed.send(
                settings("hook.test"),
                BODY,
                1,
                address -> WebhookTargets.isOpen(address, List.of())));
  }

  @Test
  void followsNoRedirect() {
    answer = "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n";
    assertTrue(failure(settings("hook.test")).contains("302; redirects are not followed"));
    assertEquals(List.of("hook.test"), resolved);
  }

  @Test
  void reportsOtherAnswers() {
    answer = "HTTP/1.1 500 Oops\r\n\r\n";
    assertEquals("the server answered with status 500", failure(settings("hook.test")));
    answer = "x".repeat(100_000);
    assertEquals("the server did not answer by HTTP", failure(settings("hook.test")));
  }

  @Test
  void verifiesTheNameOfTheCertificate() {
    assertThrows(
        IOException.class, () -> client.send(settings("other.test"), BODY, 1, any -> true));
    assertTrue(requests.isEmpty());
  }

  /** One byte now and one byte then. */
  @Test
  void endsDeliveriesToSlowServers() throws Exception {
    try (var slow = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> sendSlowly(slow));
      var impatient =
          new WebhookClient(
              host -> new InetAddress[] {InetAddress.getLoopbackAddress()},
              context.getSocketFactory(),
              300);
      var settings =
          new WebhookSettings(
              "https://hook.test:" + slow.getLocalPort() + "/", SECRET, Set.of(), 1);

      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () ->
              assertThrows(
                  IOException.class, () -> impatient.send(settings, BODY, 1, any -> true)));
    }
  }

  /** Sends a record of TLS that does not end in the time of a test. */
  private static void sendSlowly(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write(new byte[] {22, 3, 3, 0x40, 0});
      while (true) {
        socket.getOutputStream().write(2);
        Thread.sleep(50);
      }
    } catch (IOException e) {
      // The client has closed the connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
