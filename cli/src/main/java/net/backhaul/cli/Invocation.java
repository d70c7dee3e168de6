// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a {@code zerotier-cli} command line mean (04 section 1.4).
 *
 * <p>Switches may stand anywhere, and a value stands in the same word as its letter.
 *
 * @param words everything that is no switch, the command first
 * @param port the port of the API, 0 to find it in the home folder
 */
record Invocation(
    List<String> words,
    boolean json,
    @Nullable String home,
    int port,
    @Nullable String token,
    String host) {
  static final String DEFAULT_HOST = "127.0.0.1";

  Invocation {
    words = List.copyOf(words);
  }

  /** Reads the words; a request for help, for the version or a mistake ends in {@link Stop}. */
  static Invocation parse(String[] args) throws Stop {
    List<String> words = new ArrayList<>();
    boolean json = false;
    String home = null;
    int port = 0;
    String token = null;
    String host = DEFAULT_HOST;
    for (String arg : args) {
      if (!arg.startsWith("-")) {
        if (!arg.isEmpty()) {
          words.add(arg);
        }
        continue;
      }
      char letter = arg.length() < 2 ? 0 : arg.charAt(1);
      String value = arg.length() < 3 ? "" : arg.substring(2);
      switch (letter) {
        case 'q' -> refuse(!value.isEmpty());
        case 'j' -> {
          refuse(!value.isEmpty());
          json = true;
        }
        case 'v' -> {
          refuse(!value.isEmpty());
          throw Stop.out(Help.VERSION + "\n", 0);
        }
        case 'D' -> home = required(value);
        case 'T' -> token = required(value);
        case 'H' -> host = required(value);
        case 'p' -> {
          port = Text.port(value);
          refuse(port == 0);
        }
        default -> throw Stop.out(Help.cli(), 0);
      }
    }
    return new Invocation(words, json, home, port, token, host);
  }

  private static void refuse(boolean wrong) throws Stop {
    if (wrong) {
      throw Stop.out(Help.cli(), 1);
    }
  }

  private static String required(String value) throws Stop {
    refuse(value.isEmpty());
    return value;
  }

  String command() {
    return words.isEmpty() ? "" : words.get(0);
  }

  String first() {
    return words.size() < 2 ? "" : words.get(1);
  }

  /** Returns the second argument; of several later words the last one counts. */
  String second() {
    return words.size() < 3 ? "" : words.get(words.size() - 1);
  }

  /** Returns the word at a place after the command, or nothing. */
  String word(int place) {
    return place < words.size() ? words.get(place) : "";
  }
}
