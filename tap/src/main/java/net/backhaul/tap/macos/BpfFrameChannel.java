// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.TapException;

/**
 * Injects frames by an AF_NDRV socket and captures them by a BPF device, both bound to the peer.
 *
 * <p>Not yet run on macOS; see the package's description.
 */
final class BpfFrameChannel implements FrameChannel {
  private static final int BUFFER_BYTES = 128 * 1024;

  /** By default the send buffer takes frames of up to 8,192 bytes. */
  private static final int SEND_BUFFER_BYTES = 256 * 1024;

  private static final int FIRST_BPF = 1;
  private static final int LAST_BPF = 256;
  private static final long READ_WITHIN_MS = 200;
  private static final int MAX_GROUPS = 4_096;
  private static final int LINK_ADDRESS_BYTES = 64;

  private final int bpf;
  private final int ndrv;
  private final FrameMemory memory = new FrameMemory(BUFFER_BYTES);
  private final BpfRecords records = new BpfRecords(memory.bytes());

  private BpfFrameChannel(int bpf, int ndrv) {
    this.bpf = bpf;
    this.ndrv = ndrv;
  }

  /** Opens the socket and the BPF device on a peer device. */
  static BpfFrameChannel open(String peer) throws TapException {
    int ndrv = MacLibC.socket(MacStructures.AF_NDRV, MacLibC.SOCK_RAW, 0);
    if (ndrv < 0) {
      throw rejected("a socket to inject frames with");
    }
    int bpf = -1;
    try {
      growSendBuffer(ndrv);
      byte[] address = MacStructures.ndrvAddress(peer);
      try (var copied = copy(address)) {
        long at = Pointer.nativeValue(copied);
        if (MacLibC.bind(ndrv, at, address.length) < 0
            || MacLibC.connect(ndrv, at, address.length) < 0) {
          throw rejected("frames to be injected at " + peer);
        }
      }
      bpf = openBpf();
      set(bpf, MacStructures.BIOCSBLEN, MacStructures.number(BUFFER_BYTES));
      set(bpf, MacStructures.BIOCIMMEDIATE, MacStructures.number(1));
      set(bpf, MacStructures.BIOCSSEESENT, MacStructures.number(0));
      set(bpf, MacStructures.BIOCSETIF, MacStructures.interfaceRequest(peer));
      set(bpf, MacStructures.BIOCSHDRCMPLT, MacStructures.number(1));
      set(bpf, MacStructures.BIOCPROMISC, MacStructures.number(1));
      set(bpf, MacStructures.BIOCSRTIMEOUT, MacStructures.time(READ_WITHIN_MS));
      return new BpfFrameChannel(bpf, ndrv);
    } catch (TapException e) {
      MacLibC.close(ndrv);
      if (bpf >= 0) {
        MacLibC.close(bpf);
      }
      throw e;
    }
  }

  @Override
  public boolean await() throws TapException {
    if (records.hasNext()) {
      return true;
    }
    long length = MacLibC.read(bpf, memory.address(), BUFFER_BYTES);
    if (length < 0) {
      int errno = MacLibC.errno();
      if (errno != MacLibC.EINTR && errno != MacLibC.EAGAIN) {
        throw rejected("frames to be captured");
      }
    }
    records.filled((int) Math.max(0, length));
    return records.hasNext();
  }

  @Override
  public int read(long address, int maxBytes) {
    int length = Math.min(records.next(), maxBytes);
    if (length > 0) {
      memory.copyTo(records.frameAt(), address, length);
    }
    return length;
  }

  @Override
  public boolean write(long address, int length) {
    return MacLibC.write(ndrv, address, length) == length;
  }

  @Override
  public List<Long> multicastMacs(String device) throws TapException {
    try (var result = new Memory(Long.BYTES)) {
      if (MacLibC.getifmaddrs(Pointer.nativeValue(result)) < 0) {
        throw rejected("its multicast groups to be listed");
      }
      Pointer first = result.getPointer(0);
      try {
        return macs(first, device);
      } finally {
        if (first != null) {
          MacLibC.freeifmaddrs(Pointer.nativeValue(first));
        }
      }
    }
  }

  @Override
  public void close() {
    MacLibC.close(bpf);
    MacLibC.close(ndrv);
  }

  /** Traverses a list of {@code struct ifmaddrs}: next, name, address, link-layer address. */
  private static List<Long> macs(Pointer first, String device) {
    var macs = new ArrayList<Long>();
    Pointer entry = first;
    for (int i = 0; entry != null && i < MAX_GROUPS; i++) {
      String name = MacStructures.deviceOf(linkAddress(entry.getPointer(8)));
      long mac = MacStructures.macOf(linkAddress(entry.getPointer(16)));
      if (name.equals(device) && mac >= 0) {
        macs.add(mac);
      }
      entry = entry.getPointer(0);
    }
    return macs;
  }

  /** Copies a {@code struct sockaddr_dl}, whose first byte is its length. */
  private static byte[] linkAddress(Pointer at) {
    return at == null
        ? new byte[0]
        : at.getByteArray(0, Math.min(LINK_ADDRESS_BYTES, at.getByte(0) & 0xff));
  }

  private static void growSendBuffer(int ndrv) throws TapException {
    try (var size = copy(MacStructures.number(SEND_BUFFER_BYTES))) {
      long at = Pointer.nativeValue(size);
      if (MacLibC.setsockopt(ndrv, MacLibC.SOL_SOCKET, MacLibC.SO_SNDBUF, at, (int) size.size())
          < 0) {
        throw rejected("a send buffer of " + SEND_BUFFER_BYTES + " bytes");
      }
    }
  }

  private static int openBpf() throws TapException {
    for (int number = FIRST_BPF; number <= LAST_BPF; number++) {
      int fd = MacLibC.open("/dev/bpf" + number, MacLibC.O_RDWR | MacLibC.O_CLOEXEC);
      if (fd >= 0) {
        return fd;
      }
      if (MacLibC.errno() != MacLibC.EBUSY) {
        throw rejected("/dev/bpf" + number);
      }
    }
    throw new TapException(
        "all BPF devices up to /dev/bpf"
            + LAST_BPF
            + " are in use; end programs that capture packets");
  }

  private static void set(int fd, long request, byte[] value) throws TapException {
    try (var memory = copy(value)) {
      if (MacLibC.control(fd, request, Pointer.nativeValue(memory)) < 0) {
        throw rejected("a setting of its BPF device (" + Long.toHexString(request) + ")");
      }
    }
  }

  private static Memory copy(byte[] bytes) {
    var memory = new Memory(bytes.length);
    memory.write(0, bytes, 0, bytes.length);
    return memory;
  }

  private static TapException rejected(String what) {
    return new TapException(
        "macOS rejects " + what + ": " + MacLibC.errorText(MacLibC.errno()) + "; run as root");
  }
}
