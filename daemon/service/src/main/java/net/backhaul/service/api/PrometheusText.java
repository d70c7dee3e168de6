// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

/** Builds metrics as Prometheus text 0.0.4 (04 section 7). */
final class PrometheusText {
  private final StringBuilder out = new StringBuilder(16_384);

  /** Begins a family; its samples follow. */
  PrometheusText family(String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help);
    out.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /** Adds a family of one sample without labels. */
  void single(String name, String type, String help, long value) {
    family(name, type, help).sample(name, value);
  }

  /**
   * Adds a sample.
   *
   * @param labels names and values in turn, names in ascending order
   */
  void sample(String name, long value, String... labels) {
    out.append(name);
    char separator = '{';
    for (int i = 0; i < labels.length; i += 2) {
      out.append(separator).append(labels[i]).append("=\"").append(labels[i + 1]).append('"');
      separator = ',';
    }
    out.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
