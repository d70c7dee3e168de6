// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.JoinToken;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.world.PlanetText;
import net.backhaul.protocol.world.World;
import net.backhaul.web.http.PlainText;

/**
 * The script that a host runs. All that differs between controllers and tokens are assignments to
 * variables of the shell, each of a quoted word.
 *
 * @param origin from which the host gets the package
 * @param pin as in {@link JoinSite}
 * @param networkName anything; shown to a person
 */
public record JoinScript(
    String origin,
    String pin,
    String secret,
    Grant grant,
    String networkName,
    World planet,
    List<JoinPackage> packages) {
  private static final String TEMPLATE = "/net/backhaul/web/join/join.sh";
  private static final String PLACEHOLDER = "  : values\n";
  private static final int MAX_NAME_CHARS = 128;

  /**
   * What the token does at this moment.
   *
   * @param isUsable whether it admits another member
   */
  public record Grant(JoinToken token, boolean isUsable) {}

  /** Returns the text. */
  public String text() {
    var assignments = new StringBuilder();
    values()
        .forEach(
            (name, value) ->
                assignments
                    .append("  ")
                    .append(name)
                    .append('=')
                    .append(ShellText.quoted(value))
                    .append('\n'));
    return template().replace(PLACEHOLDER, assignments);
  }

  private Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("origin", origin);
    values.put("pin", pin);
    values.put("token", secret);
    values.put("usable", grant.isUsable ? "yes" : "no");
    values.put("authorizes", grant.token.grant().authorizes() ? "yes" : "no");
    values.put("network", NetworkIds.text(grant.token.networkId()));
    values.put("name", shownName());
    values.put("version", Version.backhaul());
    values.put("planet_id", NetworkIds.text(planet.id()));
    values.put(
        "planet", planet.id() == World.defaultPlanet().id() ? "default" : PlanetText.of(planet));
    values.put("packages", String.join("\n", packages.stream().map(JoinPackage::line).toList()));
    return values;
  }

  private String shownName() {
    String name = PlainText.sanitized(networkName, MAX_NAME_CHARS);
    return name.isBlank() ? "the network" : name;
  }

  private static String template() {
    try (InputStream in = JoinScript.class.getResourceAsStream(TEMPLATE)) {
      if (in == null) {
        throw new IllegalStateException("the program is incomplete: it has no " + TEMPLATE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
