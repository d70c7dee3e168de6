// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.service.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostDnsTest {
  @RegisterExtension private final CapturedLog log = new CapturedLog(HostDns.class);

  private final Programs programs = new Programs();
  private final HostDns dns = new HostDns(programs, "Linux");

  /** Programs that record how they are run. */
  private static final class Programs implements DnsCommands {
    private final List<String> runs = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private boolean resolved;
    private boolean resolvconf;
    private String failure = "";

    @Override
    public boolean hasResolved() {
      return resolved;
    }

    @Override
    public boolean hasResolvconf() {
      return resolvconf;
    }

    @Override
    public List<String> resolvconfNames() {
      return names;
    }

    @Override
    public String run(List<String> words, String input) {
      runs.add((String.join(" ", words) + " " + input.replace('\n', ';')).strip());
      return failure;
    }
  }

  @Test
  void setsServersAtResolvedOnce() throws Exception {
    programs.resolved = true;

    assertNull(dns.apply("zt0", dns("corp.example", false, "10.0.0.53", "fd00::53")));
    assertNull(dns.apply("zt0", dns("corp.example", false, "10.0.0.53", "fd00::53")));

    assertEquals(
        List.of(
            "resolvectl dns zt0 10.0.0.53 fd00::53",
            "resolvectl domain zt0 corp.example",
            "resolvectl default-route zt0 no"),
        programs.runs);
  }

  @Test
  void resolvesAllNamesInFullTunnelOrWithoutDomain() throws Exception {
    programs.resolved = true;

    assertNull(dns.apply("zt0", dns("corp.example", true, "10.0.0.53")));
    assertNull(dns.apply("zt1", dns("", false, "10.0.0.53")));

    assertTrue(programs.runs.contains("resolvectl domain zt0 corp.example ~."));
    assertTrue(programs.runs.contains("resolvectl default-route zt0 yes"));
    assertTrue(programs.runs.contains("resolvectl domain zt1"));
    assertTrue(programs.runs.contains("resolvectl default-route zt1 yes"));
  }

  @Test
  void revertsServersOfDeviceThatStays() throws Exception {
    programs.resolved = true;
    dns.apply("zt0", dns("corp.example", false, "10.0.0.53"));
    dns.apply("zt1", dns("corp.example", false, "10.0.0.53"));
    programs.runs.clear();

    dns.remove("zt0", true);
    dns.remove("zt0", true);
    dns.remove("zt1", false);

    assertEquals(List.of("resolvectl revert zt0"), programs.runs);
  }

  @Test
  void usesResolvconfWithoutResolved() throws Exception {
    programs.resolvconf = true;

    assertNull(dns.apply("zt0", dns("corp.example", false, "10.0.0.53", "fd00::53")));
    programs.names.add("zt0.backhaul");
    dns.remove("zt0", false);

    assertEquals(
        List.of(
            "resolvconf -a zt0.backhaul search corp.example;nameserver 10.0.0.53;nameserver"
                + " fd00::53;",
            "resolvconf -d zt0.backhaul"),
        programs.runs);
  }

  @Test
  void removesWhatKilledDaemonHasLeft() {
    programs.names.addAll(List.of("eth0", "zt0.backhaul", "zt1.backhaul"));

    dns.removeStale(name -> name.equals("zt1"));

    assertEquals(List.of("resolvconf -d zt0.backhaul"), programs.runs);
  }

  @Test
  void saysWhyServersAreNotUsedAndRetries() throws Exception {
    LinkDns wanted = dns("corp.example", false, "10.0.0.53");

    String without = dns.apply("zt0", wanted);
    assertNotNull(without);
    assertTrue(
        without.contains("expected systemd-resolved or resolvconf on this host, found neither"),
        without);
    assertTrue(without.contains("10.0.0.53 for the domain corp.example"), without);
    programs.resolved = true;
    programs.failure = "Access denied";
    String denied = dns.apply("zt0", wanted);
    assertNotNull(denied);
    assertTrue(denied.contains("Access denied"), denied);
    programs.failure = "";
    assertNull(dns.apply("zt0", wanted));
  }

  @Test
  void reportsThatServersAreNotSetOnMacOs() throws Exception {
    programs.resolvconf = true;
    var onMacOs = new HostDns(programs, "Mac OS X");

    String problem =
        "the name servers of the network are not used: allowDNS has no effect on macOS yet, set"
            + " them by hand; its servers are 10.0.0.53 for the domain corp.example";
    for (int i = 0; i < 2; i++) {
      assertEquals(problem, onMacOs.apply("feth100", dns("corp.example", false, "10.0.0.53")));
    }
    onMacOs.remove("feth100", true);

    assertEquals(List.of("WARN feth100: " + problem), log.lines());
    assertEquals(List.of(), programs.runs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "a b", "a..b", "a;b", "a\nb", ".", "a.-b", "ä.example", "~."})
  void rejectsDomainThatIsNone(String domain) throws Exception {
    programs.resolved = true;

    String problem = dns.apply("zt0", dns(domain, false, "10.0.0.53"));

    assertNotNull(problem);
    assertTrue(problem.contains("is no domain name"), problem);
    assertEquals(List.of(), programs.runs);
  }

  private static LinkDns dns(String domain, boolean forAll, String... servers) throws Exception {
    var all = new ArrayList<InetAddress>();
    for (String each : servers) {
      all.add(InetAddress.getByName(each));
    }
    return new LinkDns(all, domain, forAll);
  }
}
