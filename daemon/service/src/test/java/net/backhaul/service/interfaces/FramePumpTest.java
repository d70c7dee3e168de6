// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.ethernet.Segmenter;
import net.backhaul.service.NodeLoop;
import net.backhaul.tap.MemoryTap;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.linux.LinuxTapFactory;
import net.backhaul.testing.AllocationMeter;
import net.backhaul.testing.ArpReply;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FramePumpTest {
  private static final long NETWORK_ID = 0x8056c2e21c000001L;
  private static final long MAC = 0x0291a5de125eL;
  private static final int MTU_BYTES = 1_500;
  private static final long WITHIN_S = 60;
  private static final TapOptions OPTIONS = new TapOptions(1, "", MAC, MTU_BYTES);

  private final NodeLoop loop = new NodeLoop();
  private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
  private final OffloadHeader offload = new OffloadHeader();
  private final FrameSink sink =
      (networkId, batch) -> {
        assertEquals(NETWORK_ID, networkId);
        assertTrue(loop.eventLoop().inEventLoop());
        for (int i = 0; i < batch.count(); i++) {
          int start = batch.start(i);
          if (batch.isOffloaded(i)) {
            offload.read(batch.bytes(), start - OffloadHeader.BYTES);
            assertTrue(Segmenter.finishChecksum(offload, batch.bytes(), start, batch.length(i)));
          }
          frames.add(Arrays.copyOfRange(batch.bytes(), start, start + batch.length(i)));
          // A node writes its header into the headroom and seals the frame in place.
          Arrays.fill(
              batch.bytes(), start - FrameBatch.HEADROOM_BYTES, start + batch.length(i), (byte) 9);
        }
      };

  @AfterEach
  void end() {
    loop.close();
  }

  @Test
  void handsOverFramesInOrderOnOwnThread() throws Exception {
    var tap = new MemoryTap("zt0", MAC, MTU_BYTES);
    var pump = new ThreadFramePump(NETWORK_ID, tap, loop, sink, FramePumpTest::failUnexpectedly);
    pump.start();

    for (int i = 0; i < 500; i++) {
      tap.send(frame(i, 60));
    }
    tap.send(new byte[14]);
    tap.send(frame(500, MTU_BYTES + 100));

    for (int i = 0; i < 500; i++) {
      assertArrayEquals(frame(i, 60), next());
    }
    assertArrayEquals(frame(500, MTU_BYTES + 14), next());
    pump.stop();
    tap.send(frame(501, 60));
    assertEquals(null, frames.poll(300, TimeUnit.MILLISECONDS));
  }

  /** Otherwise its frames would stay in the kernel until the daemon ends. */
  @Test
  void reportsADeviceWhoseReadingFailsByAnInternalError() throws Exception {
    var failed = new CountDownLatch(1);
    var memory = new MemoryTap("zt0", MAC, MTU_BYTES);
    var tap =
        (TapDevice)
            Proxy.newProxyInstance(
                TapDevice.class.getClassLoader(),
                new Class<?>[] {TapDevice.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("awaitFrame")) {
                    throw new IllegalStateException("as the test demands");
                  }
                  return method.invoke(memory, arguments);
                });
    var pump = new ThreadFramePump(NETWORK_ID, tap, loop, sink, failed::countDown);

    pump.start();

    assertTrue(failed.await(WITHIN_S, TimeUnit.SECONDS));
    pump.stop();
  }

  @Test
  void stopsOnlyAfterTheLoopHasReleasedTheDevice() throws Exception {
    var tap = new MemoryTap("zt0", MAC, MTU_BYTES);
    var pump = new ThreadFramePump(NETWORK_ID, tap, loop, sink, FramePumpTest::failUnexpectedly);
    pump.start();
    var busy = new CompletableFuture<Void>();
    loop.execute(busy::join);

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(pump::stop);

    assertThrows(TimeoutException.class, () -> stopped.get(500, TimeUnit.MILLISECONDS));
    busy.complete(null);
    stopped.get(WITHIN_S, TimeUnit.SECONDS);
  }

  @Test
  void readsDescriptorOnNodeLoop() throws Exception {
    assumeTrue(Epoll.isAvailable(), "native epoll does not load");
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS);
              DatagramChannel host = DatagramChannel.open(StandardProtocolFamily.INET)) {
            tap.addAddress(new TapAddress(InetAddress.getByName("10.0.0.1"), 24));
            host.bind(new InetSocketAddress("10.0.0.1", 7));
            host.setOption(StandardSocketOptions.SO_BROADCAST, true);
            assertTrue(EpollFramePump.isSupported(loop, tap));
            var pump = pump(tap, FramePumpTest::failUnexpectedly);
            pump.start();

            host.send(ByteBuffer.wrap(new byte[] {1}), new InetSocketAddress("10.0.0.255", 7));
            host.send(ByteBuffer.wrap(new byte[] {2}), new InetSocketAddress("10.0.0.2", 7));
            byte[] question = next(0x0806);
            assertEquals(2, question[41]);

            deliver(pump, ArpReply.to(question));
            byte[] datagram = next(0x0800);
            assertEquals(2, datagram[42]);
            deliver(pump, turned(datagram));
            ByteBuffer received = ByteBuffer.allocate(10);
            assertEquals(new InetSocketAddress("10.0.0.2", 7), host.receive(received));
            assertEquals(2, received.get(0));

            pump.stop();
          }
        });
  }

  @Test
  void reportsRemovedDeviceOnce() throws Exception {
    assumeTrue(Epoll.isAvailable(), "native epoll does not load");
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            var failed = new CountDownLatch(1);
            var pump = pump(tap, failed::countDown);
            pump.start();

            new ProcessBuilder("ip", "link", "delete", tap.name()).start().waitFor();

            assertTrue(failed.await(WITHIN_S, TimeUnit.SECONDS));
            pump.stop();
          }
        });
  }

  @Test
  void readsFramesWithoutAllocation() throws Exception {
    var buffer = new FrameReadBuffer();
    buffer.memory.copyFrom(frame(1, 1_514), 0, 1_514);
    var table = new PumpTable();
    FramePump pump =
        new ThreadFramePump(NETWORK_ID, new MemoryTap("zt0", 1, 1_500), loop, sink, () -> {});
    for (long id = 1; id <= 20; id++) {
      table.put(id, pump);
    }

    Runnable batch =
        () -> {
          buffer.batch.clear();
          while (!buffer.isFull(1_514)) {
            buffer.add(1_514, 0);
          }
          table.find(3);
          table.find(17);
        };

    assertEquals(0, allocatedBytes(batch));
    assertEquals(FrameReadBuffer.MAX_FRAMES, buffer.batch.count());
  }

  private static long allocatedBytes(Runnable work) {
    for (int i = 0; i < 2_000; i++) {
      work.run();
    }
    return AllocationMeter.allocatedBytes(work);
  }

  private EpollFramePump pump(TapDevice tap, Runnable onFailure) {
    var buffer = new FrameReadBuffer();
    return new EpollFramePump(NETWORK_ID, tap, loop, () -> buffer, sink, onFailure);
  }

  private void deliver(FramePump pump, byte[] frame) {
    loop.execute(
        () -> {
          pump.deliver(frame, 0, frame.length);
          pump.flush();
        });
  }

  private byte[] next() throws InterruptedException {
    byte[] frame = frames.poll(WITHIN_S, TimeUnit.SECONDS);
    assertTrue(frame != null, "another frame comes");
    return frame;
  }

  /** Returns the next frame to one host, skipping broadcasts and IPv6 neighbour discovery. */
  private byte[] next(int etherType) throws InterruptedException {
    while (true) {
      byte[] frame = next();
      boolean isBroadcast = frame[0] == -1 && etherType != 0x0806;
      if ((ByteBuffer.wrap(frame).getShort(12) & 0xffff) == etherType && !isBroadcast) {
        return frame;
      }
    }
  }

  private static byte[] frame(int number, int length) {
    byte[] bytes = new byte[length];
    ByteBuffer.wrap(bytes).putInt(14, number);
    return bytes;
  }

  /** Returns the frame as if its receiver sent it back; no sum changes by swapping. */
  private static byte[] turned(byte[] frame) {
    byte[] back = frame.clone();
    System.arraycopy(frame, 6, back, 0, 6);
    System.arraycopy(frame, 0, back, 6, 6);
    System.arraycopy(frame, 30, back, 26, 4);
    System.arraycopy(frame, 26, back, 30, 4);
    return back;
  }

  private static void failUnexpectedly() {
    throw new AssertionError("the device is fine");
  }
}
