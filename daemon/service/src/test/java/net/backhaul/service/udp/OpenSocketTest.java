// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.service.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A socket without direct system calls, on a system that knows no traffic class. */
class OpenSocketTest {
  private static final InetSocketAddress TO = new InetSocketAddress("192.0.2.1", 9993);
  private static final int EXPEDITED = 46 << 2;

  @RegisterExtension final CapturedLog log = new CapturedLog(SocketOptions.class);

  @Test
  void sendsAndWarnsOnceWhereTheClassIsRejected() {
    Destination to = Objects.requireNonNull(new Destination.Cache().of(TO, true));
    var batch = new SendBatch();
    for (int i = 0; i < 2; i++) {
      var channel = new EmbeddedChannel();
      var socket = new OpenSocket(i, TO, channel, false);
      for (int trafficClass : List.of(EXPEDITED, 0, EXPEDITED)) {
        var datagram = new DatagramRun().to(Traffic.DATA, i, TO).trafficClass(trafficClass);
        batch.add(to, false, datagram.wrap(new byte[] {7}, 0, 1), 0);
      }

      socket.transmit(batch);
      channel.flush();

      assertEquals(3, channel.outboundMessages().size());
      channel.finishAndReleaseAll();
    }
    assertEquals(
        List.of(
            "WARN settings.dscp of local.conf is without effect: a socket does not accept the class"
                + " of its datagrams (the system has no such option)"),
        log.lines());
  }
}
