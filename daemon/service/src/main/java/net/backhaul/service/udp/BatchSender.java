// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

/** Sends the runs of a batch with {@code sendmmsg}, without copying them. */
final class BatchSender {
  private final SendBatch out;
  private final Call call;
  private final MessageArray runs;
  private final MessageArray singles;

  /** The system call; tests replace it. */
  interface Call {
    /** Returns how many messages were sent, or the negated errno if none was. */
    int send(int fd, long messages, int count);
  }

  BatchSender(SendBatch out, Call call) {
    this.out = out;
    this.call = call;
    runs = new MessageArray(SendBatch.MAX_RUNS, out.data());
    singles = new MessageArray(SendBatch.MAX_DATAGRAMS, out.data());
  }

  static int sendmmsg(int fd, long messages, int count) {
    int sent = SocketCalls.sendmmsg(fd, messages, count, SocketCalls.MSG_DONTWAIT);
    return sent > 0 ? sent : -SocketCalls.errno();
  }

  /**
   * Sends the batch.
   *
   * @return the index of the first run that the kernel does not accept; the number of runs if none
   */
  int send(OpenSocket from) {
    for (int run = 0; run < out.runs(); run++) {
      Destination to = out.destination(run);
      runs.send(run, to.socketAddress, out.start(run), out.length(run));
      if (!out.isSingle(run)) {
        runs.segmentBytes(run, out.segmentBytes(run));
      }
      if (out.trafficClass(run) != 0) {
        runs.trafficClass(run, to.v4, out.trafficClass(run));
      }
    }
    int done = 0;
    while (done < out.runs()) {
      int sent = call.send(from.fd, runs.addressOf(done), out.runs() - done);
      if (sent > 0) {
        done += sent;
      } else if (sent == -SocketCalls.EAGAIN) {
        break;
      } else if (sent != -SocketCalls.EINTR) {
        if (!out.isSingle(done) && from.runRejected(out.destination(done), -sent)) {
          if (!sendSingly(from, done)) {
            break;
          }
        } else {
          from.notSent(-sent);
        }
        done++;
      }
    }
    return done;
  }

  /** Sends the datagrams of a rejected run; false if the send queue is full before the rest. */
  private boolean sendSingly(OpenSocket from, int run) {
    int segmentBytes = out.segmentBytes(run);
    int count = Math.ceilDiv(out.length(run), segmentBytes);
    Destination to = out.destination(run);
    for (int i = 0; i < count; i++) {
      int length = Math.min(segmentBytes, out.length(run) - i * segmentBytes);
      int start = out.start(run) + i * segmentBytes;
      singles.send(i, to.socketAddress, start, length);
      if (out.trafficClass(run) != 0) {
        singles.trafficClass(i, to.v4, out.trafficClass(run));
      }
    }
    int done = 0;
    while (done < count) {
      int sent = call.send(from.fd, singles.addressOf(done), count - done);
      if (sent > 0) {
        done += sent;
      } else if (sent == -SocketCalls.EAGAIN) {
        out.skip(run, done * segmentBytes);
        return false;
      } else if (sent != -SocketCalls.EINTR) {
        from.notSent(-sent);
        done++;
      }
    }
    return true;
  }
}
