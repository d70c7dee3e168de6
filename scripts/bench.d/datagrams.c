// SPDX-License-Identifier: Apache-2.0
/*
 * Sends paced UDP datagrams, or receives them and measures their loss and delay. Both ends must be on one machine.
 *
 *   datagrams receive PORT                                    until SIGTERM; then prints one JSON object
 *   datagrams send ADDRESS PORT BITS_PER_SECOND BYTES SECONDS prints the number of datagrams that were sent
 *
 * A sender that was late by more than CATCH_UP_NS skips what it missed, so that load on the machine makes no burst.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 64,
    LARGEST = 9000,
    INTERVAL_NS = 200 * 1000,  // shortest interval between two wake-ups of the sender
    CATCH_UP_NS = 1000 * 1000,
    RECEIVE_BUFFER = 8 << 20,
    MOST = 4 << 20,            // datagrams whose delay is recorded
};

struct header {
    int64_t number, sent_at;
};

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "datagrams: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int compare(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static volatile sig_atomic_t ended;

static void end(int number) {
    (void)number;
    ended = 1;
}

static int receive_all(int port) {
    int sockets = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = RECEIVE_BUFFER;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    setsockopt(sockets, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (bind(sockets, (struct sockaddr *)&here, sizeof here)) fail("bind");
    static uint8_t buffers[BATCH][LARGEST];
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){buffers[i], LARGEST};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int32_t *delays = malloc(MOST * sizeof *delays);
    if (!delays) fail("malloc");
    long received = 0, late = 0, bytes = 0;
    int64_t highest = -1;
    double sum = 0;
    struct sigaction action = {.sa_handler = end};  // no SA_RESTART
    sigaction(SIGTERM, &action, NULL);
    // A signal between the test and the call must not be missed.
    struct timeval patience = {.tv_usec = 100000};
    setsockopt(sockets, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    puts("ready");
    fflush(stdout);
    while (!ended) {
        int count = recvmmsg(sockets, messages, BATCH, MSG_WAITFORONE, NULL);
        int64_t time = now_ns();
        for (int i = 0; i < count; i++) {
            struct header header;
            memcpy(&header, buffers[i], sizeof header);
            if (header.number < highest) late++;
            else highest = header.number;
            double delay = (double)(time - header.sent_at) / 1000;
            sum += delay;
            if (received < MOST) delays[received] = (int32_t)delay;
            received++;
            bytes += messages[i].msg_len;
        }
    }
    long recorded = received < MOST ? received : MOST;
    qsort(delays, (size_t)recorded, sizeof *delays, compare);
    printf("{\"received\": %ld, \"bytes\": %ld, \"overtaken\": %ld, ", received, bytes, late);
    printf("\"mean_ms\": %.3f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
           received ? sum / (double)received / 1000 : 0, recorded ? delays[recorded / 2] / 1000.0 : 0,
           recorded ? delays[recorded * 99 / 100] / 1000.0 : 0, recorded ? delays[recorded - 1] / 1000.0 : 0);
    return 0;
}

static int send_all(const char *address, int port, double bits, int bytes, double seconds) {
    int sockets = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, address, &there.sin_addr) != 1 || bytes < (int)sizeof(struct header) || bytes > LARGEST) {
        fprintf(stderr, "datagrams: expected an IPv4 address and 16 to %d bytes\n", LARGEST);
        return 2;
    }
    if (connect(sockets, (struct sockaddr *)&there, sizeof there)) fail("connect");
    static uint8_t buffers[BATCH][LARGEST];
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){buffers[i], (size_t)bytes};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    double gap = bytes * 8 / bits * 1e9;
    int64_t start = now_ns(), stop = start + (int64_t)(seconds * 1e9);
    double next = (double)start;
    long sent = 0;
    for (int64_t time; (time = now_ns()) < stop;) {
        if ((double)time - next > CATCH_UP_NS) next = (double)time;
        int count = 0;
        for (; count < BATCH && next <= (double)time; count++, next += gap) {
            struct header header = {sent + count, time};
            memcpy(buffers[count], &header, sizeof header);
        }
        for (int done = 0; done < count;) {
            int result = sendmmsg(sockets, messages + done, (unsigned)(count - done), 0);
            // An unreachable port is reported here too; the receiver then counts nothing.
            done += result > 0 ? result : 1;
        }
        sent += count;
        int64_t wake = (int64_t)next > time + INTERVAL_NS ? (int64_t)next : time + INTERVAL_NS;
        struct timespec at = {.tv_sec = wake / 1000000000, .tv_nsec = wake % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
    printf("%ld\n", sent);
    return 0;
}

int main(int argc, char **argv) {
    // Below the priority of the link, above that of everything else.
    struct sched_param priority = {.sched_priority = 5};
    sched_setscheduler(0, SCHED_FIFO, &priority);
    prctl(PR_SET_TIMERSLACK, 1);
    if (argc == 3 && !strcmp(argv[1], "receive")) return receive_all(atoi(argv[2]));
    if (argc == 7 && !strcmp(argv[1], "send"))
        return send_all(argv[2], atoi(argv[3]), atof(argv[4]), atoi(argv[5]), atof(argv[6]));
    fprintf(stderr, "usage: datagrams receive PORT | datagrams send ADDRESS PORT BITS_PER_SECOND BYTES SECONDS\n");
    return 2;
}
