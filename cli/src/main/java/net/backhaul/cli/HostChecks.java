// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Checks of this host that need no daemon: files, the service, devices, routing. */
final class HostChecks {
  private static final String SERVICE = "zerotier-one.service";
  private static final List<String> WRITTEN =
      List.of(
          "identity.public",
          "identity.secret",
          "authtoken.secret",
          "planet",
          "peers.d",
          "networks.d",
          "moons.d",
          "controller.d");

  private static final Set<PosixFilePermission> OF_OTHERS =
      Set.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_WRITE);

  /** The first files of each directory that are checked; a root has one for each of its peers. */
  private static final int MAX_FILES = 200_000;

  private static final int DATAGRAM_BYTES = 1432;
  private static final int V4_HEADERS = 28;
  private static final int V6_HEADERS = 48;
  private static final String STRICT = "1";

  /** The root directory, another one in tests. */
  private final Path root;

  HostChecks(Path root) {
    this.root = root;
  }

  /** Checks who owns the files of the home directory, and who may read its secrets. */
  List<Finding> files(Path home) {
    PosixFileAttributes directory;
    try {
      directory = attributes(home);
    } catch (NoSuchFileException e) {
      String text = "there is no home directory " + home + ": start zerotier-one, or give it by -D";
      return List.of(Finding.toDo("files", text));
    } catch (IOException e) {
      return List.of(Finding.toDo("files", cannot(home)));
    }
    var findings = new ArrayList<Finding>();
    for (String name : WRITTEN) {
      Finding finding = tree(home.resolve(name), directory);
      if (finding != null) {
        findings.add(finding);
      }
    }
    Path replaced = home.resolve("identity.secret.saved_after_collision");
    if (Files.exists(replaced)) {
      findings.add(
          Finding.toDo(
              "identity",
              "another node had the address of this node, so this node has a new identity: "
                  + "authorize it in its networks, then remove "
                  + replaced));
    }
    if (findings.isEmpty()) {
      findings.add(
          Finding.ok("files", home + ": all files belong to " + directory.owner().getName()));
    }
    return findings;
  }

  /** Checks a file, or a directory and what it contains; returns the first thing to do. */
  private static @Nullable Finding tree(Path file, PosixFileAttributes home) {
    var check = new TreeCheck(home);
    try {
      Files.walkFileTree(file, check);
    } catch (IOException e) {
      return Finding.toDo("files", cannot(file));
    }
    return check.finding;
  }

  /** Checks files until there is something to do. The daemon replaces files meanwhile. */
  private static final class TreeCheck extends SimpleFileVisitor<Path> {
    private final PosixFileAttributes home;
    private int files;
    private @Nullable Finding finding;

    TreeCheck(PosixFileAttributes home) {
      this.home = home;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      return check(directory);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return check(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      finding = Finding.toDo("files", cannot(file));
      return FileVisitResult.TERMINATE;
    }

    private FileVisitResult check(Path each) {
      finding = file(each, home);
      files++;
      return finding == null && files < MAX_FILES
          ? FileVisitResult.CONTINUE
          : FileVisitResult.TERMINATE;
    }
  }

  private static @Nullable Finding file(Path file, PosixFileAttributes home) {
    try {
      PosixFileAttributes found = attributes(file);
      String owner = home.owner().getName();
      if (!found.owner().equals(home.owner())) {
        return Finding.toDo(
            "files",
            "%s belongs to %s, its home directory to %s: chown -R %s %s"
                .formatted(file, found.owner().getName(), owner, owner, file));
      }
      boolean secret = file.toString().endsWith(".secret");
      if (secret && found.permissions().stream().anyMatch(OF_OTHERS::contains)) {
        return Finding.toDo("files", "other users may use " + file + ": chmod 600 " + file);
      }
      return null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      return Finding.toDo("files", cannot(file));
    }
  }

  private static PosixFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static String cannot(Path file) {
    return file + " cannot be examined: run zerotier-cli doctor as root";
  }

  /** Checks the service, where systemd runs and has one. */
  List<Finding> service() {
    if (!Files.isDirectory(root.resolve("run/systemd/system")) || !ToolOutput.exists("systemctl")) {
      return List.of();
    }
    ToolOutput shown =
        ToolOutput.of(
            "systemctl", "show", SERVICE, "--property=LoadState,ActiveState,UnitFileState");
    return shown.succeeded() ? service(shown.text()) : List.of();
  }

  /** Checks the properties of the service, as systemctl shows them. */
  static List<Finding> service(String properties) {
    Map<String, String> state = new TreeMap<>();
    for (String line : properties.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        state.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    if (!state.getOrDefault("LoadState", "").equals("loaded")) {
      return List.of();
    }
    String active = state.getOrDefault("ActiveState", "unknown");
    if (!active.equals("active") && !active.equals("reloading")) {
      return List.of(
          Finding.toDo(
              "service",
              SERVICE
                  + " is "
                  + active
                  + ": journalctl -u zerotier-one says why; systemctl start"
                  + " zerotier-one starts it"));
    }
    String enabled = state.getOrDefault("UnitFileState", "");
    return List.of(
        enabled.equals("disabled")
            ? Finding.toDo(
                "service",
                SERVICE + " is active, but not started at boot: systemctl enable zerotier-one")
            : Finding.ok("service", SERVICE + " is " + active + ", " + enabled));
  }

  /** Checks that virtual network devices can be made. */
  Finding tap() {
    return Files.exists(root.resolve("dev/net/tun"))
        ? Finding.ok("device", "/dev/net/tun exists")
        : Finding.toDo(
            "device",
            "there is no /dev/net/tun, so networks get no device: modprobe tun, or give the"
                + " container the device");
  }

  /** Returns the interfaces that have the addresses of sockets, with the families in use. */
  static Map<String, Set<Integer>> uplinks(List<InetAddress> addresses) {
    Map<String, Set<Integer>> uplinks = new TreeMap<>();
    for (InetAddress address : addresses) {
      try {
        NetworkInterface found = NetworkInterface.getByInetAddress(address);
        if (found != null && !found.isLoopback()) {
          int headers = address instanceof Inet4Address ? V4_HEADERS : V6_HEADERS;
          uplinks.computeIfAbsent(found.getName(), name -> new TreeSet<>()).add(headers);
        }
      } catch (SocketException e) {
        // An interface that has just disappeared.
      }
    }
    return uplinks;
  }

  /** Checks that the filter of routes does not drop answers that come by another uplink. */
  Finding reversePath(Map<String, Set<Integer>> uplinks) {
    var v4 = new ArrayList<String>();
    var strict = new ArrayList<String>();
    String all = read("proc/sys/net/ipv4/conf/all/rp_filter");
    uplinks.forEach(
        (name, headers) -> {
          if (headers.contains(V4_HEADERS)) {
            v4.add(name);
            String own = read("proc/sys/net/ipv4/conf/" + name + "/rp_filter");
            // The greater of both values is in effect.
            if (!all.equals("2") && !own.equals("2") && (all + own).contains(STRICT)) {
              strict.add(name);
            }
          }
        });
    if (v4.size() < 2 || strict.isEmpty()) {
      return Finding.ok(
          "rp_filter", v4.size() < 2 ? "one uplink, whose filter is harmless" : "not strict");
    }
    var commands = new ArrayList<String>();
    strict.forEach(name -> commands.add("sysctl -w net.ipv4.conf." + name + ".rp_filter=2"));
    return Finding.toDo(
        "rp_filter",
        "strict on "
            + String.join(", ", strict)
            + ", so that answers which arrive by another uplink are dropped: "
            + String.join("; ", commands));
  }

  private String read(String file) {
    try {
      return Files.readString(root.resolve(file)).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Checks that the datagrams of the node pass the uplinks in one piece. */
  static List<Finding> uplinkMtu(Map<String, Set<Integer>> uplinks) {
    var findings = new ArrayList<Finding>();
    uplinks.forEach(
        (name, headers) -> {
          int needed =
              DATAGRAM_BYTES + headers.stream().mapToInt(Integer::intValue).max().orElse(0);
          int mtu = DeviceState.mtu(name);
          if (mtu > 0 && mtu < needed) {
            findings.add(
                Finding.toDo(
                    "mtu",
                    "%s carries %d bytes, packets have up to %d and are fragmented: ip link set %s"
                            .formatted(name, mtu, needed, name)
                        + " mtu 1500, or set \"mtu\" of its network under \"physical\" in"
                        + " local.conf"));
          }
        });
    if (findings.isEmpty()) {
      findings.add(
          Finding.ok(
              "mtu",
              uplinks.isEmpty()
                  ? "no uplink has a socket"
                  : String.join(", ", uplinks.keySet())
                      + ": packets of "
                      + DATAGRAM_BYTES
                      + " bytes fit"));
    }
    return findings;
  }
}
