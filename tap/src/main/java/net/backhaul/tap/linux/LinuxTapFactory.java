// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import net.backhaul.tap.Offloads;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;

/**
 * Opens TAP devices of Linux (04 section 6.1).
 *
 * <p>Devices are not persistent: they are removed with their descriptor, also on SIGKILL.
 */
public final class LinuxTapFactory implements TapFactory {
  private static final Path INTERFACES = Path.of("/proc/sys/net/ipv4/conf");
  private static final String[] DRIVERS = {"/dev/net/tun", "/dev/tun"};
  private static final int MAX_TRIALS = 8;
  private static final int NO_FD = -1;

  @Override
  public TapDevice open(TapOptions options) throws TapException {
    int fd = openDriver();
    try {
      Offloads offloads = Offloads.NONE;
      boolean header = options.offloads() && TunOffloads.supportsHeader(fd);
      String name = create(fd, options, header);
      if (header) {
        Offloads granted = TunOffloads.negotiate(fd);
        if (granted == null) {
          // The header of a device cannot be disabled, so a device without it is opened instead.
          LibC.close(fd);
          fd = NO_FD;
          return open(options.withoutOffloads());
        }
        offloads = granted;
      }
      return LinuxTap.configure(fd, name, options, offloads);
    } catch (TapException | RuntimeException e) {
      if (fd != NO_FD) {
        LibC.close(fd);
      }
      throw e;
    }
  }

  private static int openDriver() throws TapException {
    int errno = LibC.ENOENT;
    for (String driver : DRIVERS) {
      int fd = LibC.open(driver, LibC.O_RDWR | LibC.O_CLOEXEC);
      if (fd >= 0) {
        return fd;
      }
      errno = LibC.errno();
      if (errno != LibC.ENOENT) {
        break;
      }
    }
    throw new TapException(driverErrorMessage(errno));
  }

  /** Returns the message for users if the driver cannot be opened. */
  static String driverErrorMessage(int errno) {
    return switch (errno) {
      case LibC.ENOENT, LibC.ENODEV, LibC.ENXIO ->
          "a virtual network device needs /dev/net/tun, and this host has none; load the driver"
              + " (modprobe tun), or give a container --device=/dev/net/tun";
      case LibC.EPERM ->
          "the device rules of this service or container forbid /dev/net/tun; if the driver was"
              + " loaded after the start, restart the service (systemctl restart zerotier-one), and"
              + " start a container with --device=/dev/net/tun";
      case LibC.EMFILE ->
          "the limit of open files is reached; raise LimitNOFILE= of the service (or ulimit -n)";
      case LibC.EACCES ->
          "this user may not open /dev/net/tun; run as root, or with the capability NET_ADMIN and"
              + " read and write access to it";
      default ->
          "/dev/net/tun cannot be opened: "
              + LibC.errorText(errno)
              + "; see dmesg for messages of the driver";
    };
  }

  /** Creates the device with the first of its names that is free. */
  private static String create(int fd, TapOptions options, boolean header) throws TapException {
    Set<String> rejected = new HashSet<>();
    int flags =
        InterfaceRequest.IFF_TAP
            | InterfaceRequest.IFF_NO_PI
            | (header ? InterfaceRequest.IFF_VNET_HDR : 0);
    String name = "";
    int errno = 0;
    for (int trial = 0; trial < MAX_TRIALS; trial++) {
      name =
          DeviceNames.choose(
              options.id(), options.wantedName(), each -> isTaken(each) || rejected.contains(each));
      var request = new InterfaceRequest(name).flags(flags);
      errno = request.call(fd, InterfaceRequest.TUNSETIFF);
      if (errno == 0) {
        return request.name();
      }
      if (errno != LibC.EBUSY && errno != LibC.EEXIST) {
        break;
      }
      rejected.add(name);
    }
    throw new TapException(creationErrorMessage(name, errno));
  }

  /** Returns the message for users if a device cannot be created. */
  static String creationErrorMessage(String name, int errno) {
    return switch (errno) {
      case LibC.EPERM ->
          "this process may not create network devices; run as root, or with the capability"
              + " NET_ADMIN";
      case LibC.EBUSY, LibC.EEXIST ->
          "the name "
              + name
              + " is taken by another device; remove it (ip link delete "
              + name
              + ") or give the network another name in devicemap";
      case LibC.EINVAL ->
          name
              + " cannot be the name of a TAP device, or a device of another kind has it; give the"
              + " network another name in devicemap";
      default -> "the kernel rejects to create the device " + name + ": " + LibC.errorText(errno);
    };
  }

  private static boolean isTaken(String name) {
    return Files.exists(INTERFACES.resolve(name));
  }
}
