// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLException;

/**
 * A certificate with its key.
 *
 * @param names the DNS names that it is valid for
 * @param fingerprint SHA-256 of the certificate in hexadecimal digits
 * @param pin SHA-256 of its public key, as {@code curl --pinnedpubkey} takes it
 * @param beginsMs wall-clock time from which it is valid
 * @param expiresMs wall-clock time until which it is
 */
public record TlsCertificate(
    SslContext context,
    Set<String> names,
    String fingerprint,
    String pin,
    long beginsMs,
    long expiresMs) {
  private static final int DNS_NAME = 2;

  /**
   * Makes TLS 1.2 of this process reject further handshakes of clients on one connection, by which
   * a single one could occupy a thread; it is without effect once TLS was used.
   */
  public static void rejectRenegotiation() {
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  /**
   * Reads a certificate chain and its private key, both in PEM.
   *
   * @throws IOException if they do not fit or are none
   */
  public static TlsCertificate read(byte[] chain, byte[] key) throws IOException {
    try {
      var factory = CertificateFactory.getInstance("X.509");
      var first = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(chain));
      SslContext context =
          SslContextBuilder.forServer(
                  new ByteArrayInputStream(chain), new ByteArrayInputStream(key))
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .build();
      if (!CertificateKey.matches(first.getPublicKey(), key)) {
        throw new IOException("expected the private key of the certificate, found another one");
      }
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(first.getEncoded());
      String fingerprint = HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
      return new TlsCertificate(
          context,
          dnsNames(first),
          fingerprint,
          pin(first),
          first.getNotBefore().getTime(),
          first.getNotAfter().getTime());
    } catch (GeneralSecurityException | IllegalArgumentException | SSLException e) {
      // Never with the cause: it may quote the key.
      throw new IOException(
          "expected a certificate chain in PEM and its private key in PEM (PKCS #8, without a"
              + " password)");
    }
  }

  /** Returns why clients do not accept the certificate at a time; empty if it is valid then. */
  public String problem(long wallMs) {
    if (wallMs > expiresMs) {
      return "the certificate has expired on %s; renew it"
          .formatted(Instant.ofEpochMilli(expiresMs));
    }
    return wallMs < beginsMs
        ? "the certificate is not valid before %s; set the clock of this host, or use another one"
            .formatted(Instant.ofEpochMilli(beginsMs))
        : "";
  }

  private static String pin(X509Certificate certificate) throws GeneralSecurityException {
    byte[] key = certificate.getPublicKey().getEncoded();
    return "sha256//"
        + Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
  }

  private static Set<String> dnsNames(X509Certificate certificate) throws GeneralSecurityException {
    var names = new TreeSet<String>();
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    if (all != null) {
      for (List<?> each : all) {
        if (each.get(0).equals(DNS_NAME)) {
          names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
        }
      }
    }
    return names;
  }
}
