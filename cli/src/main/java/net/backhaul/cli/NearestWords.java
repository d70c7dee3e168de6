// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Finds the known words that a mistyped or abbreviated one may mean, for messages about commands,
 * switches and settings.
 */
public final class NearestWords {
  /** One typing error for every three characters, at least one. */
  private static final int CHARACTERS_PER_ERROR = 3;

  private static final int MIN_PART = 3;

  private NearestWords() {}

  /**
   * Returns the candidates with the fewest typing errors between them and the word, regardless of
   * case; without any, those that the word abbreviates or is a part of. In the order of the
   * candidates; empty where nothing is near.
   */
  public static List<String> find(String word, Collection<String> candidates) {
    if (word.isEmpty()) {
      return List.of();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    int fewest = Math.max(1, word.length() / CHARACTERS_PER_ERROR);
    var found = new ArrayList<String>();
    for (String candidate : candidates) {
      int errors = typingErrors(lower, candidate.toLowerCase(Locale.ROOT), fewest);
      if (errors < fewest) {
        found.clear();
        fewest = errors;
      }
      if (errors == fewest) {
        found.add(candidate);
      }
    }
    if (found.isEmpty()) {
      for (String candidate : candidates) {
        String whole = candidate.toLowerCase(Locale.ROOT);
        if (abbreviates(lower, whole) || lower.length() >= MIN_PART && whole.contains(lower)) {
          found.add(candidate);
        }
      }
    }
    return found;
  }

  /** Returns "; did you mean a, b or c?", or an empty text where nothing is near. */
  public static String suggestion(String word, Collection<String> candidates) {
    List<String> found = find(word, candidates);
    if (found.isEmpty()) {
      return "";
    }
    var text = new StringBuilder("; did you mean ");
    for (int i = 0; i < found.size(); i++) {
      String separator = i == 0 ? "" : i + 1 < found.size() ? ", " : " or ";
      text.append(separator).append(found.get(i));
    }
    return text.append('?').toString();
  }

  /**
   * Returns how many characters are missing, too many, wrong or swapped with their neighbour
   * (Damerau-Levenshtein distance of adjacent transpositions); more than the limit if it is.
   */
  private static int typingErrors(String word, String candidate, int limit) {
    if (Math.abs(word.length() - candidate.length()) > limit) {
      return limit + 1;
    }
    var errors = new int[word.length() + 1][candidate.length() + 1];
    for (int i = 0; i <= word.length(); i++) {
      errors[i][0] = i;
    }
    for (int j = 0; j <= candidate.length(); j++) {
      errors[0][j] = j;
    }
    for (int i = 1; i <= word.length(); i++) {
      for (int j = 1; j <= candidate.length(); j++) {
        char typed = word.charAt(i - 1);
        char meant = candidate.charAt(j - 1);
        int least = errors[i - 1][j - 1] + (typed == meant ? 0 : 1);
        least = Math.min(least, Math.min(errors[i - 1][j], errors[i][j - 1]) + 1);
        if (i > 1 && j > 1 && typed == candidate.charAt(j - 2) && word.charAt(i - 2) == meant) {
          least = Math.min(least, errors[i - 2][j - 2] + 1);
        }
        errors[i][j] = least;
      }
    }
    return errors[word.length()][candidate.length()];
  }

  /** Returns whether the characters of a word occur in this order, from the first one on. */
  private static boolean abbreviates(String word, String candidate) {
    if (word.length() < 2 || candidate.isEmpty() || word.charAt(0) != candidate.charAt(0)) {
      return false;
    }
    int at = 0;
    for (int i = 0; i < candidate.length() && at < word.length(); i++) {
      at += candidate.charAt(i) == word.charAt(at) ? 1 : 0;
    }
    return at == word.length();
  }
}
