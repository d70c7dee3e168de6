// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where webhooks may go. */
class WebhookTargetsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "2001:db8::1",
        "fd00:ec2::254"
      })
  void rejectsLocalAddresses(String address) {
    assertFalse(WebhookTargets.isOpen(InetAddress.ofLiteral(address), List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450::1", "2606:4700::1"})
  void permitsAddressesOfTheInternet(String address) {
    assertTrue(WebhookTargets.isOpen(InetAddress.ofLiteral(address), List.of()));
  }

  @Test
  void rejectsNetworksOfTheController() {
    InetAddress address = InetAddress.ofLiteral("25.4.5.6");
    assertFalse(WebhookTargets.isOpen(address, List.of(IpPrefix.parse("25.4.0.0/16"))));
    assertTrue(WebhookTargets.isOpen(address, List.of(IpPrefix.parse("25.5.0.0/16"))));
    assertTrue(
        WebhookTargets.isOpen(address, List.of(IpPrefix.parse("0.0.0.0/0"))),
        "a default route is no network of this host");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/x",
        "https://10.1.2.3/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://[::1]/",
        "https://[fd00::1]:8443/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25none]/",
        "https://LocalHost/",
        "https://localhost./",
        "https://hook.localhost/",
        "https://25.4.5.6/"
      })
  void rejectsUrlsThatNameLocalAddresses(String url) {
    assertTrue(
        WebhookTargets.isClosed(WebhookTargets.parse(url), List.of(IpPrefix.parse("25.4.0.0/16"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.org/",
        "https://localhost.example.org/",
        "https://25.4.5.6/",
        "https://[2606:4700::1]/",
        "https://10.example.org/"
      })
  void permitsOtherUrls(String url) {
    assertFalse(
        WebhookTargets.isClosed(WebhookTargets.parse(url), List.of(IpPrefix.parse("25.5.0.0/16"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://example.org/",
        "HTTPS:///x",
        "https://",
        "ftp://example.org",
        "file:///etc",
        "https://user:password@example.org/",
        "https://example.org/#a",
        "https://a b/",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://127.0.0.1./",
        "https://0x7f.1/",
        "https://127.1/",
        "//example.org",
        "example.org",
        "https://example.org/\r\nHost: x"
      })
  void rejectsOtherUrls(String url) {
    assertThrows(IllegalArgumentException.class, () -> WebhookTargets.parse(url));
  }

  @Test
  void permitsUrlsOfHttps() {
    assertEquals("example.org", WebhookTargets.parse("https://example.org:8443/a?b=c").getHost());
    assertEquals("[::1]", WebhookTargets.parse("https://[::1]/").getHost());
  }
}
