// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.Locale;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.world.PlanetText;
import net.backhaul.protocol.world.World;

/** The command {@code planet use}: replaces the roots of this node. */
final class PlanetCommands {
  static final String USE = "planet use <planet>";
  static final String USE_DEFAULT = "planet use default";

  /** The path of the daemon's planet in its API. */
  static final String PATH = "/planet";

  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int WORDS = 3;
  private static final int TIMEOUT_MS = 10_000;
  private static final String DEFAULT = "default";

  /** The length of the text of the longest planet, and of a line end. */
  private static final int MAX_BYTES = PlanetText.PREFIX.length() + World.MAX_BYTES * 4 / 3 + 3;

  private PlanetCommands() {}

  static int run(Session session) throws CliExit {
    Invocation words = session.invocation();
    if (!words.first().equals("use") || words.words().size() != WORDS) {
      throw usage("expected use and one word");
    }
    String text = text(session, words.word(2));
    LocalApi.Answer answer = session.api().post(PATH, Json.write(Map.of("planet", text)));
    JsonObject planet = session.requireObject(answer);
    int code = session.confirm("planet use", answer, null);
    if (!session.json()) {
      RootCommands.print(session, planet);
    }
    if (!planet.flag("selfSigned")) {
      session
          .terminal()
          .hint(
              "the signature of this planet is by a key that it does not contain, so that it could"
                  + " not be checked");
    }
    return code;
  }

  /** Returns what the daemon takes: the text of a planet, or the name of the default. */
  private static String text(Session session, String word) throws CliExit {
    if (word.startsWith(PlanetText.PREFIX) || word.equals(DEFAULT)) {
      return word;
    }
    byte[] content = isUrl(word) ? download(word) : read(session, word);
    String asText = new String(content, StandardCharsets.ISO_8859_1);
    return asText.startsWith(PlanetText.PREFIX) ? asText.strip() : PlanetText.of(content);
  }

  private static boolean isUrl(String word) {
    return word.toLowerCase(Locale.ROOT).matches("[a-z]+://.*");
  }

  private static byte[] read(Session session, String name) throws CliExit {
    try (InputStream in = Files.newInputStream(session.terminal().directory().resolve(name))) {
      return limited(in, name);
    } catch (IOException | InvalidPathException e) {
      throw failed(
          FileErrors.cannot("read", name, e)
              + "; expected the text of a planet, which root show prints, or the name of a file or"
              + " a URL with one");
    }
  }

  private static byte[] limited(InputStream in, String name) throws IOException, CliExit {
    byte[] content = in.readNBytes(MAX_BYTES + 1);
    if (content.length > MAX_BYTES) {
      throw failed(name + " is no planet: it has more than " + MAX_BYTES + " bytes");
    }
    return content;
  }

  /** Downloads a planet, with TLS, since an attacker who changes it chooses our roots. */
  private static byte[] download(String text) throws CliExit {
    URL url;
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      if (!scheme.equals("https") && !(scheme.equals("http") && isLoopback(uri.getHost()))) {
        throw failed(
            "expected a URL with https, found "
                + text
                + ": others could replace the planet in transit");
      }
      url = uri.toURL();
    } catch (URISyntaxException | IllegalArgumentException | IOException e) {
      throw failed("expected a URL, found " + text);
    }
    try {
      HttpURLConnection connection = (HttpURLConnection) url.openConnection();
      connection.setConnectTimeout(TIMEOUT_MS);
      connection.setReadTimeout(TIMEOUT_MS);
      connection.setInstanceFollowRedirects(false);
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw failed("expected a planet at " + text + ", found HTTP status " + status);
      }
      try (InputStream in = connection.getInputStream()) {
        return limited(in, text);
      }
    } catch (IOException e) {
      throw failed("cannot download " + text + ": " + e.getMessage());
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return host != null && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static CliExit failed(String why) {
    return CliExit.err("", FAILED).withHint("planet: " + why);
  }

  private static CliExit usage(String wrong) {
    return CliExit.err("", USAGE)
        .withHint("planet: " + wrong + "; use: " + USE + ", or " + USE_DEFAULT);
  }
}
