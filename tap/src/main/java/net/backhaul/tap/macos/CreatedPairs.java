// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import net.backhaul.tap.TapException;

/**
 * The file in the home directory with the numbers of the device pairs that the daemon has created,
 * one a line, so that a daemon that was killed leaves none and other programs keep theirs.
 */
final class CreatedPairs {
  static final String FILE_NAME = "feth-devices";

  private final Path file;
  private final TreeSet<Integer> numbers = new TreeSet<>();

  /** Reads the file of a home directory; other lines than valid numbers are ignored. */
  CreatedPairs(Path home) throws TapException {
    file = home.resolve(FILE_NAME);
    try {
      for (String line : Files.readAllLines(file)) {
        String digits = line.strip();
        if (digits.matches("[0-9]{3,4}") && FethNumbering.isValid(Integer.parseInt(digits))) {
          numbers.add(Integer.parseInt(digits));
        }
      }
    } catch (NoSuchFileException none) {
      return;
    } catch (IOException e) {
      throw new TapException("cannot read " + file + ", which lists the devices to remove", e);
    }
  }

  List<Integer> all() {
    return List.copyOf(numbers);
  }

  /** Records a pair before it is created. */
  void add(int number) throws TapException {
    if (numbers.add(number)) {
      try {
        write();
      } catch (IOException e) {
        numbers.remove(number);
        throw new TapException(
            "cannot write " + file + ": " + e.getMessage() + "; free some space or check its owner",
            e);
      }
    }
  }

  /** Removes the record of a destroyed pair; one that stays costs nothing. */
  void remove(int number) {
    if (numbers.remove(number)) {
      try {
        write();
      } catch (IOException stays) {
        return;
      }
    }
  }

  private void write() throws IOException {
    if (numbers.isEmpty()) {
      Files.deleteIfExists(file);
    } else {
      Files.write(file, numbers.stream().map(number -> Integer.toString(number)).toList());
    }
  }
}
