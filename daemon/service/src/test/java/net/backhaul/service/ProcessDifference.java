// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/**
 * An intended difference from the recorded process: what this implementation does instead, and why.
 */
record ProcessDifference(String ours, String reason) {
  private static final String NETWORK = "8056c2e21c000001";
  private static final String PORT_ERROR = "{\"id\":\"" + NETWORK + "\",\"status\":\"PORT_ERROR\"}";

  /** The differences by case and observed property. */
  static final Map<String, Map<String, ProcessDifference>> BY_CASE =
      Map.of(
          "not root, -U, home not writable",
          Map.of(
              "stderr",
              new ProcessDifference(
                  """
                  WARNING: cannot lock /zt/zt-u/zerotier-one.pid (DENIED), so a second daemon on\
                   this home is not detected
                  zerotier-one: fatal error: authtoken.secret could not be written (try running\
                   with -U to prevent dropping of privileges)
                  /zt/zt-u/authtoken.secret could not be written: DENIED
                  """
                      .replace(
                          "DENIED",
                          "permission denied: /zt/zt-u belongs to user root (mode rwxr-xr-x), this"
                              + " process runs as user nobody; run \"chown nobody '/zt/zt-u'\" as"
                              + " root"),
                  "the file, its owner and the command that corrects it are named")),
          "home directory cannot be created",
          Map.of(
              "exit",
              new ProcessDifference(
                  "1", "the reference aborts by an exception that nothing catches"),
              "stderr",
              new ProcessDifference(
                  "zerotier-one: fatal error: home directory /proc/nope/x does not exist and could"
                      + " not be created (no such file or directory)\n",
                  "the same")),
          "not root, -U, own home: runs as a controller; joining gives no device",
          Map.of(
              "exit",
              new ProcessDifference("0", "the reference aborts at the end"),
              "log",
              new ProcessDifference(
                  """
                  Starting Control Plane...
                  Starting V6 Control Plane...
                  ERROR: network 8056c2e21c000001 has no device: REASON; retried every 5 s
                  Control Plane Stopped
                  V6 Control Plane Stopped
                  """
                      .replace("REASON", reasonForOrdinaryUser()),
                  "the message says what to do, and the device is opened again"),
              "join",
              new ProcessDifference(
                  exchange("POST", ",\"body\":\"{}\"", PORT_ERROR),
                  "a network without a device is shown, with its state"),
              "networks",
              new ProcessDifference(exchange("GET", "", "[" + PORT_ERROR + "]"), "the same")),
          "second instance on the same home and port",
          Map.of(
              "pid_file_after",
              new ProcessDifference("true", "it is the file of the first instance, which runs on")),
          "started as root without -U while a user \"zerotier-one\" (uid 990 gid 990) exists",
          Map.of(
              "proc_status",
              new ProcessDifference(
                  "[\"Uid:\\t0\\t0\\t0\\t0\",\"Gid:\\t0\\t0\\t0\\t0\",\"Groups:\\t \","
                      + "\"CapInh:\\t0000000000000000\",\"CapPrm:\\t<all>\",\"CapEff:\\t<all>\","
                      + "\"CapBnd:\\t<all>\",\"CapAmb:\\t0000000000000000\","
                      + "\"NoNewPrivs:\\t0\"]",
                  "the process stays root: the service's unit chooses the user")),
          "PORT_ERROR",
          Map.of(
              "port_error_log",
              new ProcessDifference(
                  """
                  Starting Control Plane...
                  Starting V6 Control Plane...
                  ERROR: network 8056c2e21c000001 has no device: a virtual network device needs\
                   /dev/net/tun, and this host has none; load the driver (modprobe tun), or give a\
                   container --device=/dev/net/tun; retried every 5 s
                  """,
                  "the message says what to do, and the device is opened again")));

  /** Hosts differ in whether every user may open the device. */
  private static String reasonForOrdinaryUser() {
    boolean open = mode(Path.of("/dev/net/tun")).contains(PosixFilePermission.OTHERS_WRITE);
    return open
        ? "this process may not create network devices; run as root, or with the capability"
            + " NET_ADMIN"
        : "this user may not open /dev/net/tun; run as root, or with the capability NET_ADMIN and"
            + " read and write access to it";
  }

  private static Set<PosixFilePermission> mode(Path file) {
    try {
      return Files.exists(file) ? Files.getPosixFilePermissions(file) : Set.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String exchange(String method, String requestBody, String body) {
    String target = "/network" + (method.equals("POST") ? "/" + NETWORK : "");
    return """
    {"request":{"method":"%s","target":"%s"%s},\
    "response":{"status":200,"content_type":"application/json","body":"%s"}}\
    """
        .formatted(method, target, requestBody, body.replace("\"", "\\\""));
  }
}
