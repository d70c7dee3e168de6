// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.SSLException;
import net.backhaul.web.server.SelfSignedCertificate;
import net.backhaul.web.server.TlsCertificate;
import org.jspecify.annotations.Nullable;

/**
 * TLS to and at a relay. It makes the connection pass firewalls that permit TLS alone; the packets
 * in it are encrypted and authenticated by the nodes, so no certificate is verified.
 */
final class RelayTls {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private static @Nullable SslContext client;

  private RelayTls() {}

  static synchronized SslHandler clientHandler(Channel channel) {
    SslContext context = client;
    try {
      if (context == null) {
        context =
            SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols(PROTOCOLS)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .build();
        client = context;
      }
    } catch (SSLException e) {
      throw new IllegalStateException("TLS is not available", e);
    }
    return context.newHandler(channel.alloc());
  }

  /** Creates the certificate of a relay; it serves one run. */
  static SslContext server(String address) throws IOException {
    var certificate =
        SelfSignedCertificate.create(
            List.of(address), new SecureRandom(), System.currentTimeMillis());
    return TlsCertificate.read(
            certificate.certificate().getBytes(StandardCharsets.US_ASCII),
            certificate.key().getBytes(StandardCharsets.US_ASCII))
        .context();
  }
}
