/* A server that does nothing but what cannot be left out: it accepts, answers each request with
 * the same burst, and sends each listener the same chunk again and again. One thread, one epoll.
 * What includes this brings `prepare`, `admit`, `dismiss` and `send_to_all`: how chunks go out.
 *
 * Arguments: BURST CHUNK EVERY_MS PHASES SEND_BUFFER. A listener belongs to one of PHASES groups,
 * which are served one after the other, so that each gets a chunk once in EVERY_MS.
 * Prints its port, runs until stdin ends, then prints what it did.
 */
#ifndef LIMIT_H
#define LIMIT_H
#define _GNU_SOURCE

#include "common.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096, RECEIVE_BUFFER = 16384, EVENTS = 512, HEAD = 160 };

struct group {
    int *ears;
    int count;
};

struct place {
    short group; /* -1: has not asked yet */
    int at;
};

static struct group *groups;
static struct place *places; /* by descriptor */
static int group_count, files, next_group;
static char *burst, *chunk;
static size_t burst_size, chunk_size;
static long sends, shorts, joined, left;

static void prepare(void);
static void admit(int ear);
static void dismiss(int ear, int group, int at, int last);
static void send_to_all(int group);

static int listening(int send_buffer) {
    int line = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1, little = RECEIVE_BUFFER;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    if (line < 0) fail("socket");
    setsockopt(line, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    setsockopt(line, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (bind(line, (struct sockaddr *)&here, size) < 0 || listen(line, BACKLOG) < 0) fail("listen");
    getsockname(line, (struct sockaddr *)&here, &size);
    printf("{\"port\": %d}\n", ntohs(here.sin_port));
    fflush(stdout);
    return line;
}

static void leave(int ear) {
    struct place *place = &places[ear];
    if (place->group >= 0) {
        struct group *group = &groups[place->group];
        int last = --group->count;
        dismiss(ear, place->group, place->at, last);
        group->ears[place->at] = group->ears[last];
        places[group->ears[last]].at = place->at;
        left++;
    }
    close(ear);
}

static void join(int ear) {
    struct group *group = &groups[next_group];
    places[ear] = (struct place){.group = (short)next_group, .at = group->count};
    group->ears[group->count] = ear;
    admit(ear);
    group->count++;
    next_group = (next_group + 1) % group_count;
    joined++;
}

static void hear(int ear, unsigned events) {
    char head[2048];
    ssize_t got = recv(ear, head, sizeof head, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN) || events & (EPOLLHUP | EPOLLERR)) {
        leave(ear);
    } else if (got > 4 && places[ear].group < 0 && memmem(head, (size_t)got, "\r\n\r\n", 4)) {
        if (send(ear, burst, burst_size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)burst_size)
            join(ear);
        else
            leave(ear);
    }
}

static void accept_all(int line, int epoll) {
    for (int ear; (ear = accept4(line, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        struct epoll_event wanted = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = ear};
        places[ear].group = -1;
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, ear, &wanted) < 0) fail("epoll_ctl");
    }
}

static void answer_with(size_t size) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: audio/mp4\r\n"
                               "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
    burst_size = size < sizeof head ? sizeof head : size;
    burst = must(calloc(1, burst_size));
    memcpy(burst, head, sizeof head - 1);
}

int main(int count, char **words) {
    if (count != 6) return fprintf(stderr, "usage: BURST CHUNK EVERY_MS PHASES SEND_BUFFER\n"), 2;
    group_count = atoi(words[4]);
    double step = atof(words[3]) / 1000 / group_count, due = now() + step;
    files = open_files();
    answer_with((size_t)atol(words[1]));
    chunk_size = (size_t)atol(words[2]);
    chunk = must(calloc(1, chunk_size));
    places = must(calloc((size_t)files, sizeof *places));
    groups = must(calloc((size_t)group_count, sizeof *groups));
    for (int g = 0; g < group_count; g++) groups[g].ears = must(calloc((size_t)files, sizeof(int)));
    prepare();
    int line = listening(atoi(words[5])), epoll = epoll_create1(0), turn = 0;
    struct epoll_event ready[EVENTS], wanted = {.events = EPOLLIN, .data.fd = line};
    epoll_ctl(epoll, EPOLL_CTL_ADD, line, &wanted);
    wanted = (struct epoll_event){.events = EPOLLIN, .data.fd = STDIN_FILENO};
    epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &wanted);
    for (bool running = true; running;) {
        double wait = due - now();
        int got = epoll_wait(epoll, ready, EVENTS, wait > 0 ? (int)(wait * 1000 + 0.999) : 0);
        for (int i = 0; i < got; i++) {
            if (ready[i].data.fd == line)
                accept_all(line, epoll);
            else if (ready[i].data.fd == STDIN_FILENO)
                running = false;
            else
                hear(ready[i].data.fd, ready[i].events);
        }
        if (now() >= due) {
            send_to_all(turn);
            turn = (turn + 1) % group_count;
            due += step;
        }
    }
    printf("{\"joined\": %ld, \"left\": %ld, \"sends\": %ld, \"short\": %ld}\n", joined, left,
           sends, shorts);
    return 0;
}

#endif
