// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.protocol.address.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule of 03 section 1.2, which of the controller's addresses and routes a host takes. */
class LocalNetworkSettingsTest {
  @ParameterizedTest
  @CsvSource({
    // target, managed, global, default: allowed
    "10.1.2.3/24, true, false, false, true",
    "10.1.2.3/24, false, true, true, false",
    "100.64.0.1/10, true, false, false, true",
    "192.0.2.1/24, true, false, false, true",
    "11.0.0.1/8, true, false, false, true",
    "240.0.0.1/8, true, false, false, true",
    "8.8.8.0/24, true, false, true, false",
    "8.8.8.0/24, true, true, false, true",
    "0.0.0.0/0, true, true, false, false",
    "0.0.0.0/0, true, false, true, true",
    "0.0.0.0/1, true, true, true, false",
    "128.0.0.0/1, true, false, true, false",
    "127.0.0.1/8, true, true, true, false",
    "169.254.7.0/24, true, true, true, false",
    "224.0.0.0/4, true, true, true, false",
    "255.0.0.1/8, true, true, true, false",
    "::/0, true, true, false, false",
    "::/0, true, false, true, true",
    "::/1, true, true, true, false",
    "::1/128, true, true, true, false",
    "fd00::1/64, true, false, false, true",
    "fe80::2/64, true, true, true, false",
    "ff02::1/16, true, true, true, false",
    "2001:db8::1/64, true, false, false, false",
    "2001:db8::1/64, true, true, false, true",
  })
  void permitsTargetsByScope(
      String target, boolean managed, boolean global, boolean defaultRoute, boolean allowed) {
    var settings = LocalNetworkSettings.of(managed, global, defaultRoute, false);

    assertEquals(allowed, settings.allows(IpPrefix.parse(target)));
  }

  @Test
  void readsFirstLineAfterByteOrderMark() {
    String text = "\ufeffallowManaged=0\r\nallowGlobal=1\r\n";

    assertEquals(
        LocalNetworkSettings.of(false, true, false, false),
        NetworkSettingsFormat.read(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.0.0/16, 10.1.2.3/24, true",
    "10.1.0.0/16, 10.1.2.3/16, true",
    "10.1.0.0/16, 10.1.2.3/15, false",
    "10.1.0.0/16, 10.2.2.3/24, false",
    "10.1.9.9/16, 10.1.2.3/24, true",
    "10.1.0.0/16;10.2.0.0/16, 10.2.2.3/24, true",
    "fd00::/8, 10.1.2.3/24, false",
    "fd30::/64, fd30::1/64, true",
    "fd30::1/64, fd30::1/64, false",
    "fd30::1/128, fd30::1/128, true",
    // A list does not widen anything.
    "8.8.0.0/16, 8.8.8.0/24, false",
    "0.0.0.0/0, 0.0.0.0/0, false",
  })
  void restrictsTargetsToListedPrefixes(String listed, String target, boolean allowed) {
    List<IpPrefix> list = Stream.of(listed.split(";")).map(IpPrefix::parse).toList();
    var settings = LocalNetworkSettings.DEFAULT.withManaged(new Permission(true, list));

    assertEquals(allowed, settings.allows(IpPrefix.parse(target)));
  }

  @ParameterizedTest
  @CsvSource({
    // Global prefixes permitted, target: allowed
    "8.8.0.0/16, 8.8.8.0/24, true",
    "8.8.0.0/16, 9.9.9.0/24, false",
    "8.8.0.0/16, 8.0.0.0/8, false",
    "8.8.0.0/16, 10.1.0.0/16, true",
    "2001:db8::/32, 2001:db8:7::/48, true",
    "2001:db8::/32, 2001:db9::/48, false",
  })
  void restrictsGlobalTargetsToListedPrefixes(String listed, String target, boolean allowed) {
    var global = new Permission(true, List.of(IpPrefix.parse(listed)));
    var settings =
        new LocalNetworkSettings(Permission.ALL, global, false, Permission.NONE, HostRole.NONE);

    assertEquals(allowed, settings.allows(IpPrefix.parse(target)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | 10.0.0.0/8,fd00::/8 | allowManaged=10.0.0.0/8,fd00::/8 | ''",
        "false | 10.0.0.0/8,fd00::/8 | allowManaged=0 | allowManagedWithin=10.0.0.0/8,fd00::/8",
        "true | ::/0 | allowManaged=::/0,::/0 | ''",
        "true | '' | allowManaged=1 | ''",
        "false | '' | allowManaged=0 | ''",
      })
  void writesListOfManagedPrefixesAsReferenceReadsIt(
      boolean granted, String listed, String first, String last) {
    var settings = LocalNetworkSettings.DEFAULT.withManaged(permission(granted, listed));

    List<String> lines = NetworkSettingsFormat.write(settings).lines().toList();

    assertEquals(first, lines.getFirst());
    assertEquals(List.of("allowGlobal=0", "allowDefault=0", "allowDNS=0"), lines.subList(1, 4));
    assertEquals(last.isEmpty() ? List.of() : List.of(last), lines.subList(4, lines.size()));
    assertEquals(withoutRepetition(settings), withoutRepetition(readAgain(settings)));
  }

  @Test
  void writesOtherListsSoThatReferenceDeniesThem() {
    var settings =
        new LocalNetworkSettings(
            Permission.ALL,
            permission(true, "198.51.100.0/24"),
            true,
            permission(true, "::/0"),
            HostRole.NONE);

    String text = NetworkSettingsFormat.write(settings);

    assertEquals(
        "allowManaged=1\nallowGlobal=,198.51.100.0/24\nallowDefault=1\nallowDNS=,::/0,::/0\n",
        text);
    assertEquals(withoutRepetition(settings), withoutRepetition(readAgain(settings)));
  }

  @Test
  void keepsListsOfDeniedPermissions() {
    var settings =
        new LocalNetworkSettings(
            permission(false, "10.0.0.0/8"),
            permission(false, "2001:db8::/32"),
            false,
            permission(false, "10.0.0.53/32"),
            new HostRole("br0", List.of("eth1", "eth2"), "eth0"));

    assertEquals(settings, readAgain(settings));
  }

  private static Permission permission(boolean granted, String listed) {
    return new Permission(
        granted,
        Stream.of(listed.split(",")).filter(each -> !each.isEmpty()).map(IpPrefix::parse).toList());
  }

  private static LocalNetworkSettings readAgain(LocalNetworkSettings settings) {
    return NetworkSettingsFormat.read(
        NetworkSettingsFormat.write(settings).getBytes(StandardCharsets.US_ASCII));
  }

  /** A short list is written twice. */
  private static List<Object> withoutRepetition(LocalNetworkSettings settings) {
    return Stream.of(settings.managed(), settings.global(), settings.dns())
        .<Object>map(each -> List.of(each.granted(), each.within().stream().distinct().toList()))
        .toList();
  }
}
