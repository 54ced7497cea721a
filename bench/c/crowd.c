/* A crowd of listeners in one process: real TCP connections that ask for a stream, or play HLS,
 * and throw away what they get. The same, and cheap, for every server that is measured.
 *
 * It is told on stdin, and answers each line with one JSON object on stdout:
 *   figures   what happened since the last time; begins anew
 * It ends when stdin ends. What it measures of itself is `lag`: by how much it was late.
 *
 * It looks each 2 ms (--tick) at what has come, and sleeps between: a crowd that waited in epoll would be
 * woken by each send, on this machine's loopback at the sender's expense, as by no real network.
 */
#define _GNU_SOURCE
#include "common.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, BUFFER = 1 << 20, FIRST_PORT = 10000, PER_SOURCE = 20000, BINS = 4096 };
static const uint32_t NOT_A_LISTENER = UINT32_MAX;

enum state { ABSENT, CONNECTING, ASKED, LISTENING, PLAYLIST, SEGMENT, STALLED, GONE };

struct listener {
    int line;
    unsigned char state;
    unsigned segment;  /* HLS: which one it had last, as a hash of its name */
    long missing;      /* HLS: bytes of the answer that are still to come */
    double began;      /* when it wanted to connect; HLS: since then until its first segment */
    double last;       /* when something came last */
    float gap;         /* longest wait since the last figures */
    float first;       /* from began to the first byte of sound; 0: not yet */
};

struct histogram { /* milliseconds */
    long bins[BINS], count;
    double most;
};

static struct {
    const char *host, *path, *from;
    int port, listeners, stalled, receive_buffer, at_once;
    double rate, hls, epoch, part, late, tick;
} wish = {.host = "127.0.0.1", .path = "/", .from = "127.1.0.1", .listeners = 1000,
          .at_once = 2000, .rate = 5000, .part = 0.32, .late = 0.2, .tick = 0.002};

static struct listener *crowd;
static char buffer[BUFFER], request[1024], folder[512];
static int epoll, request_size, arrived, joined, ended, failed, refused, waiting;
static long bytes, reads, playlists, segments, unchanged, late, stale;
static double listener_seconds, counted_at, began_at, joined_at, figures_at, hls_at;
static long hls_turn;
static struct histogram lateness, lag;

static void note(struct histogram *all, double seconds) {
    int bin = (int)(seconds * 1000);
    all->bins[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin]++;
    all->count++;
    if (seconds > all->most) all->most = seconds;
}

static double quantile(const struct histogram *all, double share) {
    long rank = (long)(share * (double)all->count), seen = 0;
    for (int bin = 0; bin < BINS; bin++)
        if ((seen += all->bins[bin]) > rank) return (bin + 1) / 1000.0;
    return all->most;
}

/* Add up for how long how many listen: what a server does until all are there costs something. */
static void count_time(double at) {
    listener_seconds += (at - counted_at) * (joined - ended);
    counted_at = at;
}

/* Say once why a listener could not come: all others of this crowd will have the same trouble. */
static void complain(const char *what) {
    static bool said;
    if (!said) fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
    said = true;
}

static void lose(struct listener *one) {
    if (one->state == CONNECTING || one->state == ASKED) {
        waiting--;
        failed++;
    } else if (one->first > 0) {
        ended++;
    } else {
        failed++;
    }
    close(one->line);
    one->line = -1;
    one->state = GONE;
}

static void watch(struct listener *one, unsigned events, int how) {
    struct epoll_event wanted = {.events = events, .data.u32 = (uint32_t)(one - crowd)};
    if (epoll_ctl(epoll, how, one->line, &wanted) < 0) fail("epoll_ctl");
}

static void ask(struct listener *one) {
    if (send(one->line, request, (size_t)request_size, MSG_NOSIGNAL) == request_size) {
        one->state = ASKED;
    } else if (errno != EAGAIN && errno != ENOTCONN) {
        complain("send");
        lose(one);
    }
}

/* Take the next address and port that nobody has. Ports are below those that systems give, so that
 * a crowd takes none away from anybody, and finds none taken; an address has so many listeners.
 */
static void take_port(int line, int index) {
    int yes = 1;
    struct sockaddr_in here = {.sin_family = AF_INET};
    inet_pton(AF_INET, wish.from, &here.sin_addr);
    here.sin_addr.s_addr = htonl(ntohl(here.sin_addr.s_addr) + (unsigned)(index / PER_SOURCE));
    setsockopt(line, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    here.sin_port = htons((uint16_t)(FIRST_PORT + index % PER_SOURCE));
    if (bind(line, (struct sockaddr *)&here, sizeof here) == 0) return;
    here.sin_port = 0; /* somebody listens there: any port, once connected */
    setsockopt(line, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(line, (struct sockaddr *)&here, sizeof here) < 0) fail("bind");
}

static void arrive(double at) {
    struct listener *one = &crowd[arrived];
    struct linger reset = {.l_onoff = 1}; /* who has gone leaves no port in TIME_WAIT */
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)wish.port)};
    inet_pton(AF_INET, wish.host, &there.sin_addr);
    one->began = at;
    one->line = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (one->line < 0) fail("socket");
    take_port(one->line, arrived++);
    setsockopt(one->line, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (wish.receive_buffer)
        setsockopt(one->line, SOL_SOCKET, SO_RCVBUF, &wish.receive_buffer, sizeof(int));
    one->state = CONNECTING;
    waiting++;
    if (connect(one->line, (struct sockaddr *)&there, sizeof there) < 0 && errno != EINPROGRESS) {
        complain("connect");
        lose(one);
        return;
    }
    ask(one);
    if (one->state != GONE)
        watch(one, EPOLLIN | EPOLLRDHUP | (one->state == CONNECTING ? EPOLLOUT : 0), EPOLL_CTL_ADD);
}

static void has_joined(struct listener *one, double at) {
    count_time(at);
    one->first = (float)(at - one->began);
    one->last = at;
    if (++joined == wish.listeners) joined_at = at;
}

static void hear_answer(struct listener *one, ssize_t got, double at) {
    char *end = memmem(buffer, (size_t)got, "\r\n\r\n", 4);
    if (end == NULL || got < 12 || memcmp(buffer + 9, "200", 3) != 0) {
        refused++;
        lose(one);
        return;
    }
    waiting--;
    one->state = LISTENING;
    if (end + 4 < buffer + got) has_joined(one, at);
    if (one - crowd < wish.stalled) {
        one->state = STALLED;
        epoll_ctl(epoll, EPOLL_CTL_DEL, one->line, NULL);
    }
}

static void hear_sound(struct listener *one, double at) {
    if (one->first == 0) {
        has_joined(one, at);
        return;
    }
    double gap = at - one->last;
    if (gap > one->gap) one->gap = (float)gap;
    if (gap > wish.part + wish.late) stale++;
    one->last = at;
    if (wish.epoch == 0) return;
    double since = seconds_of(CLOCK_REALTIME) - wish.epoch;
    double after = since - wish.part * (double)(long)(since / wish.part);
    note(&lateness, after);
    if (after > wish.late) late++;
}

static void get(struct listener *one, const char *name, size_t size) {
    char line[1400];
    int length = snprintf(line, sizeof line,
                          "GET %s%.*s HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n\r\n",
                          name[0] == '/' ? "" : folder, (int)size, name, wish.host);
    if (send(one->line, line, (size_t)length, MSG_NOSIGNAL) != length) lose(one);
}

/* Ask for the newest segment, if it is a new one. */
static void read_playlist(struct listener *one, const char *text, size_t size) {
    const char *name = NULL, *line = text, *end = text + size;
    size_t length = 0;
    for (const char *stop; line < end; line = stop + 1) {
        stop = memchr(line, '\n', (size_t)(end - line));
        if (stop == NULL) stop = end;
        if (stop > line && *line != '#') name = line, length = (size_t)(stop - line);
    }
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    playlists++;
    if (name == NULL || hash == one->segment) {
        unchanged++;
        one->state = LISTENING;
        return;
    }
    one->segment = hash;
    one->state = SEGMENT;
    get(one, name, length);
}

static void hear_hls(struct listener *one, ssize_t got, double at) {
    char *body = buffer;
    if (one->missing == 0) {
        char *end = memmem(buffer, (size_t)got, "\r\n\r\n", 4), *length;
        buffer[got] = 0;
        length = strcasestr(buffer, "\r\ncontent-length:");
        if (end == NULL || length == NULL || memcmp(buffer + 9, "200", 3) != 0) {
            refused++;
            lose(one);
            return;
        }
        if (one->state == ASKED) waiting--, one->state = PLAYLIST;
        body = end + 4;
        one->missing = atol(length + 17) + (body - buffer);
        if (one->state == SEGMENT) {
            if (one->first == 0) has_joined(one, at);
            if (at - one->last > one->gap) one->gap = (float)(at - one->last);
            one->last = at;
        }
    }
    one->missing -= got;
    if (one->missing > 0) return;
    one->missing = 0;
    if (one->state == PLAYLIST) {
        read_playlist(one, body, (size_t)(buffer + got - body));
    } else if (one->state == SEGMENT) {
        segments++;
        one->state = LISTENING;
    }
}

static void hear(struct listener *one, unsigned events, double at) {
    if (one->state == CONNECTING && events & EPOLLOUT) {
        ask(one);
        if (one->state == GONE) return;
        watch(one, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_MOD);
    }
    if (!(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return;
    bool unread = one->state == LISTENING && wish.hls == 0;
    ssize_t got = recv(one->line, buffer, BUFFER - 1, unread ? MSG_TRUNC : 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        if (one->state == ASKED || one->state == CONNECTING) complain(got ? "recv" : "closed");
        count_time(at);
        lose(one);
        return;
    }
    bytes += got;
    reads++;
    if (wish.hls > 0)
        hear_hls(one, got, at);
    else if (one->state == ASKED)
        hear_answer(one, got, at);
    else
        hear_sound(one, at);
}

static void let_in(double at) {
    int due = (int)((at - began_at) * wish.rate);
    if (due > wish.listeners) due = wish.listeners;
    while (arrived < due && waiting < wish.at_once) arrive(began_at + arrived / wish.rate);
}

/* Once all are there each asks for the playlist once in a while, evenly spread. */
static void poll_playlists(double at) {
    if (joined < wish.listeners) return;
    if (hls_at == 0) hls_at = at;
    for (; hls_at + wish.hls * (double)hls_turn / wish.listeners <= at; hls_turn++) {
        struct listener *one = &crowd[hls_turn % wish.listeners];
        if (one->state == LISTENING) {
            one->state = PLAYLIST;
            send(one->line, request, (size_t)request_size, MSG_NOSIGNAL);
        } else {
            stale++;
        }
    }
}

static int up(const void *one, const void *other) {
    float a = *(const float *)one, b = *(const float *)other;
    return (a > b) - (a < b);
}

static void say_spread(const char *name, float *values, int count) {
    qsort(values, (size_t)count, sizeof *values, up);
    float none = 0, *p50 = count ? &values[count / 2] : &none, *most = count ? &values[count - 1] : &none;
    float *p99 = count ? &values[(int)(count * 0.99)] : &none;
    printf("\"%s_p50\": %.4f, \"%s_p99\": %.4f, \"%s_max\": %.4f, ", name, *p50, name, *p99, name, *most);
}

static void say_figures(double at) {
    float *values = must(calloc((size_t)wish.listeners + 1, sizeof *values));
    int count = 0;
    count_time(at);
    printf("{\"seconds\": %.4f, \"arrived\": %d, \"joined\": %d, \"ended\": %d, \"failed\": %d, "
           "\"refused\": %d, \"bytes\": %ld, \"reads\": %ld, \"listener_seconds\": %.3f, ",
           at - figures_at, arrived, joined, ended, failed, refused, bytes, reads, listener_seconds);
    printf("\"joined_after\": %.4f, \"playlists\": %ld, \"segments\": %ld, \"unchanged\": %ld, "
           "\"stale\": %ld, \"late\": %ld, ",
           joined_at ? joined_at - began_at : 0, playlists, segments, unchanged, stale, late);
    for (int i = 0; i < arrived; i++)
        if (crowd[i].first > 0) values[count++] = crowd[i].first;
    say_spread("first", values, count);
    count = 0;
    for (int i = 0; i < arrived; i++)
        if (crowd[i].state != GONE && crowd[i].state != STALLED && crowd[i].first > 0)
            values[count++] = at - crowd[i].last > crowd[i].gap ? (float)(at - crowd[i].last) : crowd[i].gap;
    say_spread("gap", values, count);
    printf("\"lateness_p50\": %.3f, \"lateness_p99\": %.3f, \"lateness_max\": %.4f, ",
           quantile(&lateness, 0.5), quantile(&lateness, 0.99), lateness.most);
    printf("\"lag_p99\": %.3f, \"lag_max\": %.4f, \"cpu\": %.4f}\n", quantile(&lag, 0.99), lag.most,
           seconds_of(CLOCK_PROCESS_CPUTIME_ID));
    fflush(stdout);
    free(values);
    for (int i = 0; i < arrived; i++) crowd[i].gap = 0;
    bytes = reads = playlists = segments = unchanged = stale = late = 0;
    listener_seconds = 0;
    memset(&lateness, 0, sizeof lateness);
    memset(&lag, 0, sizeof lag);
    figures_at = at;
}

static void read_wishes(int count, char **words) {
    static const struct option options[] = {
        {"host", 1, 0, 'h'}, {"port", 1, 0, 'p'}, {"path", 1, 0, 'u'}, {"from", 1, 0, 'f'},
        {"listeners", 1, 0, 'n'}, {"rate", 1, 0, 'r'}, {"stalled", 1, 0, 's'},
        {"receive-buffer", 1, 0, 'b'}, {"hls", 1, 0, 'l'}, {"epoch", 1, 0, 'e'},
        {"part", 1, 0, 'c'}, {"late", 1, 0, 'a'}, {"at-once", 1, 0, 'o'}, {"tick", 1, 0, 't'}, {0}};
    for (int option; (option = getopt_long(count, words, "", options, NULL)) != -1;) switch (option) {
        case 'h': wish.host = optarg; break;
        case 'p': wish.port = atoi(optarg); break;
        case 'u': wish.path = optarg; break;
        case 'f': wish.from = optarg; break;
        case 'n': wish.listeners = atoi(optarg); break;
        case 'r': wish.rate = atof(optarg); break;
        case 's': wish.stalled = atoi(optarg); break;
        case 'b': wish.receive_buffer = atoi(optarg); break;
        case 'l': wish.hls = atof(optarg); break;
        case 'e': wish.epoch = atof(optarg); break;
        case 'c': wish.part = atof(optarg); break;
        case 'a': wish.late = atof(optarg); break;
        case 'o': wish.at_once = atoi(optarg); break;
        case 't': wish.tick = atof(optarg); break;
        default: exit(2);
    }
}

static void prepare(void) {
    open_files();
    crowd = must(calloc((size_t)wish.listeners, sizeof *crowd));
    request_size = snprintf(request, sizeof request,
                            "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: crowd\r\nAccept: */*\r\n\r\n",
                            wish.path, wish.host, wish.port);
    const char *slash = strrchr(wish.path, '/');
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - wish.path + 1), wish.path);
}

/* Sleep until it is due, unless it is too late for that; note by how much it was late. */
static void sleep_until(double due) {
    struct timespec at = {.tv_sec = (time_t)due, .tv_nsec = (long)((due - (double)(time_t)due) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    note(&lag, now() - due);
}

/* False once nobody is there any more to ask for figures. */
static bool look(void) {
    struct epoll_event ready[EVENTS];
    for (int got = EVENTS; got == EVENTS;) {
        got = epoll_wait(epoll, ready, EVENTS, 0);
        for (int i = 0; i < got; i++) {
            uint32_t who = ready[i].data.u32;
            if (who == NOT_A_LISTENER) {
                if (read(STDIN_FILENO, buffer, 64) <= 0) return false;
                say_figures(now());
            } else if (crowd[who].line >= 0) {
                hear(&crowd[who], ready[i].events, now());
            }
        }
    }
    return true;
}

int main(int count, char **words) {
    struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = NOT_A_LISTENER};
    read_wishes(count, words);
    prepare();
    epoll = epoll_create1(0);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &wanted) < 0) fail("stdin");
    began_at = counted_at = figures_at = now();
    for (double due = began_at; look();) {
        due += wish.tick;
        sleep_until(due);
        if (now() > due) due = now();
        let_in(now());
        if (wish.hls > 0) poll_playlists(now());
    }
    return 0;
}
