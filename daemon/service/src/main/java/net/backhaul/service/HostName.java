// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.charset.StandardCharsets;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.service.settings.Settings;

/** The name of this host, by which an operator of a network recognizes it. */
final class HostName {
  private static final String LOCALHOST = "localhost";
  private static final int CAPACITY = 256;

  private HostName() {}

  private static final class NativeCalls {
    static {
      Native.register(NativeCalls.class, NativeLibrary.getProcess());
    }

    static native int gethostname(byte[] name, long capacity);
  }

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
    byte[] name = new byte[CAPACITY];
    if (NativeCalls.gethostname(name, CAPACITY - 1) != 0) {
      return "";
    }
    int length = 0;
    while (name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }
}
