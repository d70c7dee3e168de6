// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.service.settings.Settings;
import net.backhaul.service.system.HostProgram;

/** The name of this host, by which an operator of a network recognizes it. */
final class HostName {
  private static final String LOCALHOST = "localhost";

  /** The name that Linux has; other systems have a program for it. */
  private static final Path OF_LINUX = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /** Returns the name to tell to controllers; empty where the operator or the host gives none. */
  static String told(Settings settings) {
    return settings.sendsHostName() ? usable(current()) : "";
  }

  /** Returns the first label of a name, or the empty string where it distinguishes no host. */
  static String usable(String name) {
    int point = name.indexOf('.');
    String label = point < 0 ? name : name.substring(0, point);
    return label.equals(LOCALHOST) || !RequestMetaData.isHostName(label) ? "" : label;
  }

  private static String current() {
    try {
      return Files.readString(OF_LINUX).strip();
    } catch (IOException e) {
      HostProgram.Result answer = HostProgram.run(List.of("/usr/bin/uname", "-n"), "");
      return answer.succeeded() ? answer.output().strip() : "";
    }
  }
}
