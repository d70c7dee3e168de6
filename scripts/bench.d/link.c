// SPDX-License-Identifier: Apache-2.0
/*
 * Emulates a link: rate, queue, delay and losses between two TAP devices, each in a network namespace of its own.
 *
 *   link NAMESPACE/DEVICE NAMESPACE/DEVICE
 *
 * Commands are lines on stdin, each answered by one line on stdout; the end of stdin ends the program.
 *
 *   set DIRECTION SEED KEY=VALUE...   gives a direction (0: from the first device to the second) new properties, an empty
 *                                     queue and a new random sequence; answers "ok" or a line that begins with "error"
 *   count                             answers one JSON array with the counters of both directions since the start
 *
 * Keys, all optional: rate (Mbit/s of Ethernet frames; 0 is unlimited), queue (bytes, drop-tail), bucket (bytes: a policer
 * instead of a queue), mark (ms of queuing from which ECN-capable packets are marked), delay (ms), loss and late
 * (probabilities), lateness (ms by which a late frame is overtaken), wander (ms: amplitude of a random walk of the delay),
 * grant (ms: mean time between the moments at which frames arrive in clumps).
 *
 * The TAP devices have no virtio header, so that the kernel segments every super-frame before it enters the link.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
    FRAME = 1600,               // bytes; devices have an MTU of at most 1500
    BATCH = 32,                 // frames read or written before the other direction has its turn
    LIMIT = 1 << 17,            // frames in one direction, whatever their size
    WAKE_MIN_NS = 100 * 1000,   // interval between wake-ups while there is traffic: a share of the delay,
    WAKE_MAX_NS = 250 * 1000,   // and never so short that waking up takes most of a CPU
    WAKE_SHARE = 100,
    COMMANDS_NS = 10 * 1000 * 1000, // longest time without a look for a command
    STEP_NS = 10 * 1000 * 1000, // of the random walk of the delay
};
#define NS_PER_MS 1e6
#define NEVER INT64_MAX

struct frame {
    struct frame *next;
    int64_t due;
    int length;
    uint8_t bytes[FRAME];
};

struct list {
    struct frame *first, *last;
};

struct counters {
    long frames, bytes, dropped, lost, marked, late, failed;
    int64_t longest_queue;
};

struct settings {
    double rate, queue, bucket, mark, delay, loss, late, lateness, wander, grant;
};

struct direction {
    struct settings settings;
    double ns_per_byte;
    uint64_t random, walk_random, grant_random;
    int64_t free_at;                 // when the line has sent what is queued
    int64_t filled_at;               // when the policer's tokens were counted
    double tokens;                   // bytes
    int64_t stepped_at, latest, granted_at;
    double walk;                     // 0 to 1: position of the random walk
    struct list in_order, late;
    int queued;
    struct counters counters;
};

static struct direction directions[2];
static int devices[2];
static int64_t wake_ns = WAKE_MIN_NS;
static struct frame *spare;          // last in, first out: recently used frames are in the cache

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* A number from 0 (inclusive) to 1: splitmix64. */
static double random_share(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

static struct frame *take_spare(void) {
    struct frame *frame = spare;
    if (frame) {
        spare = frame->next;
        return frame;
    }
    frame = malloc(sizeof *frame);
    if (!frame) {
        perror("link: malloc");
        exit(1);
    }
    return frame;
}

static void give_back(struct frame *frame) {
    frame->next = spare;
    spare = frame;
}

static void append(struct list *list, struct frame *frame) {
    frame->next = NULL;
    if (list->first) list->last->next = frame;
    else list->first = frame;
    list->last = frame;
}

static struct frame *remove_first(struct list *list) {
    struct frame *frame = list->first;
    list->first = frame->next;
    return frame;
}

/* Sets CE in an IPv4 or IPv6 packet that is ECN-capable (RFC 3168); returns whether it is. */
static bool mark(uint8_t *bytes, int length) {
    int type = bytes[12] << 8 | bytes[13];
    uint8_t *ip = bytes + 14;
    if (type == 0x0800 && length >= 34) {
        int ecn = ip[1] & 3;
        if (ecn == 0) return false;
        uint32_t old = (uint32_t)(ip[0] << 8 | ip[1]);
        ip[1] |= 3;
        uint32_t fresh = (uint32_t)(ip[0] << 8 | ip[1]);
        uint32_t sum = (~(uint32_t)(ip[10] << 8 | ip[11]) & 0xffff) + (~old & 0xffff) + fresh;  // RFC 1624
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        ip[10] = (uint8_t)(~sum >> 8);
        ip[11] = (uint8_t)~sum;
        return true;
    }
    if (type == 0x86dd && length >= 54 && (ip[1] & 0x30)) {
        ip[1] |= 0x30;
        return true;
    }
    return false;
}

/* Delay of a frame that leaves the line at a time: the propagation delay and the random walk. */
static int64_t delay_at(struct direction *direction, int64_t time) {
    const struct settings *settings = &direction->settings;
    while (settings->wander > 0 && time - direction->stepped_at >= STEP_NS) {
        direction->stepped_at += STEP_NS;
        direction->walk += (random_share(&direction->walk_random) - 0.5) / 5;
        if (direction->walk < 0) direction->walk = -direction->walk;
        if (direction->walk > 1) direction->walk = 2 - direction->walk;
    }
    return (int64_t)((settings->delay + direction->walk * settings->wander) * NS_PER_MS);
}

/* The first moment, at this time or later, at which frames arrive. */
static int64_t grant_at(struct direction *direction, int64_t time) {
    while (direction->granted_at < time) {
        double interval = direction->settings.grant * (0.5 + random_share(&direction->grant_random));
        direction->granted_at += (int64_t)(interval * NS_PER_MS) + 1;
    }
    return direction->granted_at;
}

/* Puts a frame that arrived at a time into the queue; returns whether it will be delivered. */
static bool accept_frame(struct direction *direction, struct frame *frame, int64_t time) {
    const struct settings *settings = &direction->settings;
    struct counters *counters = &direction->counters;
    int64_t sent_at = time;
    if (direction->queued >= LIMIT) {
        counters->dropped++;
        return false;
    }
    if (settings->bucket > 0) {
        direction->tokens += (double)(time - direction->filled_at) / direction->ns_per_byte;
        direction->filled_at = time;
        if (direction->tokens > settings->bucket) direction->tokens = settings->bucket;
        if (direction->tokens < frame->length) {
            counters->dropped++;
            return false;
        }
        direction->tokens -= frame->length;
    } else if (direction->ns_per_byte > 0) {
        int64_t start = direction->free_at > time ? direction->free_at : time;
        int64_t wait = start - time;
        if ((double)wait / direction->ns_per_byte + frame->length > settings->queue) {
            counters->dropped++;
            return false;
        }
        if (wait > counters->longest_queue) counters->longest_queue = wait;
        if (settings->mark > 0 && (double)wait > settings->mark * NS_PER_MS && mark(frame->bytes, frame->length))
            counters->marked++;
        direction->free_at = sent_at = start + (int64_t)(frame->length * direction->ns_per_byte);
    }
    if (settings->loss > 0 && random_share(&direction->random) < settings->loss) {
        counters->lost++;
        return false;
    }
    int64_t due = sent_at + delay_at(direction, sent_at);
    if (settings->grant > 0) due = grant_at(direction, due);
    if (due < direction->latest) due = direction->latest;
    direction->latest = frame->due = due;
    if (settings->late > 0 && random_share(&direction->random) < settings->late) {
        frame->due += (int64_t)(settings->lateness * NS_PER_MS);
        append(&direction->late, frame);
        counters->late++;
    } else {
        append(&direction->in_order, frame);
    }
    direction->queued++;
    return true;
}

/* Reads what arrived at a device, up to a batch; returns how many frames that were. */
static int receive(int from) {
    for (int count = 0; count < BATCH; count++) {
        struct frame *frame = take_spare();
        ssize_t length = read(devices[from], frame->bytes, FRAME);
        if (length < 14) {
            give_back(frame);
            return count;
        }
        frame->length = (int)length;
        if (!accept_frame(&directions[from], frame, now_ns())) give_back(frame);
    }
    return BATCH;
}

static struct list *next_list(struct direction *direction) {
    struct frame *in_order = direction->in_order.first, *late = direction->late.first;
    return late && (!in_order || late->due < in_order->due) ? &direction->late : &direction->in_order;
}

/* Writes due frames to the other device, up to a batch; returns how many, and lowers `next` to the next due time. */
static int deliver(int from, int64_t *next) {
    struct direction *direction = &directions[from];
    int64_t time = now_ns() + wake_ns / 2;  // so that wake-ups make no frame later on average
    for (int count = 0;; count++) {
        struct list *list = next_list(direction);
        if (!list->first) return count;
        if (list->first->due > time || count == BATCH) {
            if (list->first->due < *next) *next = list->first->due;
            return count;
        }
        struct frame *frame = remove_first(list);
        direction->queued--;
        if (write(devices[1 - from], frame->bytes, (size_t)frame->length) == frame->length) {
            direction->counters.frames++;
            direction->counters.bytes += frame->length;
        } else {
            direction->counters.failed++;
        }
        give_back(frame);
    }
}

static double *setting(struct settings *settings, const char *key) {
    const struct {
        const char *key;
        double *value;
    } all[] = {{"rate", &settings->rate}, {"queue", &settings->queue}, {"bucket", &settings->bucket},
               {"mark", &settings->mark}, {"delay", &settings->delay}, {"loss", &settings->loss},
               {"late", &settings->late}, {"lateness", &settings->lateness}, {"wander", &settings->wander},
               {"grant", &settings->grant}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(all[i].key, key)) return all[i].value;
    return NULL;
}

static void empty(struct direction *direction) {
    struct list *lists[] = {&direction->in_order, &direction->late};
    for (int i = 0; i < 2; i++)
        while (lists[i]->first) give_back(remove_first(lists[i]));
    direction->queued = 0;
}

/* Executes "set": the words after it; returns NULL or what is wrong. */
static const char *set(char *words) {
    char *number = strtok(words, " "), *seed = strtok(NULL, " ");
    if (!number || !seed || (strcmp(number, "0") && strcmp(number, "1"))) return "expected: set 0|1 SEED KEY=VALUE...";
    struct settings settings = {.queue = 1e9};
    for (char *word; (word = strtok(NULL, " "));) {
        char *value = strchr(word, '='), *end;
        if (!value) return "expected KEY=VALUE";
        *value++ = 0;
        double *place = setting(&settings, word);
        if (!place) return "unknown key";
        *place = strtod(value, &end);
        if (end == value || *end || !(*place >= 0)) return "expected a number that is not negative";
    }
    if (settings.bucket > 0 && settings.rate == 0) return "bucket requires rate";
    struct direction *direction = &directions[number[0] - '0'];
    struct counters counters = direction->counters;
    uint64_t random = (uint64_t)strtoull(seed, NULL, 10) * 2 + (uint64_t)(number[0] - '0');
    int64_t time = now_ns();
    empty(direction);
    *direction = (struct direction){.settings = settings, .ns_per_byte = settings.rate > 0 ? 8000 / settings.rate : 0,
        .random = random * 3, .walk_random = random * 3 + 1, .grant_random = random * 3 + 2,
        .filled_at = time, .tokens = settings.bucket, .stepped_at = time, .granted_at = time, .walk = 0.5,
        .counters = counters};
    wake_ns = (int64_t)(settings.delay * NS_PER_MS) / WAKE_SHARE;
    if (wake_ns < WAKE_MIN_NS) wake_ns = WAKE_MIN_NS;
    if (wake_ns > WAKE_MAX_NS) wake_ns = WAKE_MAX_NS;
    return NULL;
}

static void count(void) {
    for (int i = 0; i < 2; i++) {
        struct counters *counters = &directions[i].counters;
        printf("%s{\"frames\": %ld, \"bytes\": %ld, \"dropped\": %ld, \"lost\": %ld, \"marked\": %ld, \"late\": %ld, "
               "\"failed\": %ld, \"queue_ms\": %.3f}", i ? ", " : "[", counters->frames, counters->bytes, counters->dropped,
               counters->lost, counters->marked, counters->late, counters->failed,
               (double)counters->longest_queue / NS_PER_MS);
        counters->longest_queue = 0;
    }
    puts("]");
}

/* Reads and executes commands; returns false at the end of stdin. */
static bool obey(void) {
    static char line[4096];
    static size_t filled;
    ssize_t length = read(STDIN_FILENO, line + filled, sizeof line - 1 - filled);
    if (length <= 0) return length < 0 && (errno == EAGAIN || errno == EINTR);
    filled += (size_t)length;
    line[filled] = 0;
    for (char *end; (end = strchr(line, '\n'));) {
        *end = 0;
        if (!strcmp(line, "count")) {
            count();
        } else if (!strncmp(line, "set ", 4)) {
            const char *error = set(line + 4);
            printf(error ? "error: %s\n" : "ok\n", error);
        } else {
            puts("error: expected set or count");
        }
        filled -= (size_t)(end + 1 - line);
        memmove(line, end + 1, filled + 1);
    }
    fflush(stdout);
    return filled < sizeof line - 1;
}

static void sleep_until(int64_t time) {
    struct timespec at = {.tv_sec = time / 1000000000, .tv_nsec = time % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* Creates the device of a word NAMESPACE/DEVICE in that namespace and leaves the program there. */
static int open_device(const char *word) {
    char path[300];
    const char *name = strchr(word, '/');
    if (!name || strlen(name + 1) >= IFNAMSIZ) {
        fprintf(stderr, "link: expected NAMESPACE/DEVICE, found %s\n", word);
        exit(2);
    }
    snprintf(path, sizeof path, "/run/netns/%.*s", (int)(name - word), word);
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0 || setns(namespace, CLONE_NEWNET)) {
        fprintf(stderr, "link: cannot enter %s: %s\n", path, strerror(errno));
        exit(1);
    }
    close(namespace);
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    strcpy(request.ifr_name, name + 1);
    if (device < 0 || ioctl(device, TUNSETIFF, &request)) {
        fprintf(stderr, "link: cannot create %s: %s\n", word, strerror(errno));
        exit(1);
    }
    return device;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: link NAMESPACE/DEVICE NAMESPACE/DEVICE\n");
        return 2;
    }
    for (int i = 0; i < 2; i++) devices[i] = open_device(argv[1 + i]);
    // What the link delays must not depend on the load of the machine.
    struct sched_param priority = {.sched_priority = 10};
    if (sched_setscheduler(0, SCHED_FIFO, &priority)) perror("link: no real-time priority, so timing depends on load");
    prctl(PR_SET_TIMERSLACK, 1);
    puts("ready");
    fflush(stdout);
    int64_t woken_at = now_ns(), polled_at = woken_at;
    for (;;) {
        int64_t due = NEVER;
        int handled = 0;
        for (int i = 0; i < 2; i++) {
            handled += receive(i);
            handled += deliver(i, &due);
        }
        int64_t time = now_ns();
        if (handled > 0 && time < polled_at + COMMANDS_NS) {
            // While there is traffic, frames are handled in batches.
            woken_at = time > woken_at + wake_ns ? time : woken_at + wake_ns;
            sleep_until(woken_at);
            continue;
        }
        int64_t wait = due > time ? due - time : 0;
        struct timespec timeout = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
        struct pollfd polls[] = {{devices[0], POLLIN, 0}, {devices[1], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        if (ppoll(polls, 3, due == NEVER ? NULL : &timeout, NULL) > 0) {
            if ((polls[0].revents | polls[1].revents) & POLLERR) return 1;  // a namespace was removed
            if (polls[2].revents && !obey()) return 0;
        }
        woken_at = polled_at = now_ns();
    }
}
