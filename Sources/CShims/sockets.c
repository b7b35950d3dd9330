#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_UNIX) return 1;
    if (address->sa_family == AF_INET) {
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
        return IN6_IS_ADDR_LOOPBACK(ip) || (IN6_IS_ADDR_V4MAPPED(ip) && ip->s6_addr[12] == 127);
    }
    return 0;
}

// A connected descriptor, or -1 and errno; waits until a time of the clock above.
static int connect_one(const struct sockaddr *address, socklen_t size, int64_t until) {
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int failure = connect(fd, address, size) == 0 ? 0 : errno;
    // EAGAIN means that a Unix socket's queue is full; nothing reports the end of that.
    if (failure == EINPROGRESS || failure == EINTR) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        int found = 0;
        do {
            int64_t left = until - milliseconds_now();
            if (left <= 0) break;
            found = poll(&wait, 1, (int)(left < 1000000 ? left : 1000000));
        } while (found < 0 && errno == EINTR);
        socklen_t length = sizeof failure;
        if (found <= 0) failure = ETIMEDOUT;
        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length) != 0) failure = errno;
    }
    if (failure == 0) {
        int on = 1;
        if (address->sa_family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return fd;
    }
    close(fd);
    errno = failure;
    return -1;
}

int waybill_connect(const char *host, int port, int64_t milliseconds, int *loopback, int *unknown) {
    int64_t until = milliseconds_now() + milliseconds;
    *unknown = 0;
    *loopback = 0;
    if (host[0] == '/') {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        if (strlen(host) >= sizeof address.sun_path) {
            errno = ENAMETOOLONG;
            return -1;
        }
        strcpy(address.sun_path, host);
        *loopback = 1;
        return connect_one((const struct sockaddr *)&address, sizeof address, until);
    }
    char service[12];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
    int failure = getaddrinfo(host, service, &hints, &found);
    if (failure != 0) {
        *unknown = 1;
        errno = failure == EAI_SYSTEM ? errno : 0;
        return -1;
    }
    int left = 0, fd = -1, code = 0;
    for (struct addrinfo *one = found; one != NULL; one = one->ai_next) left++;
    // The first address may not answer at all, so each gets a share of the time.
    for (struct addrinfo *one = found; one != NULL && fd < 0; one = one->ai_next, left--) {
        int64_t now = milliseconds_now();
        fd = connect_one(one->ai_addr, one->ai_addrlen, now + (until - now) / left);
        if (fd < 0) code = errno;
        else *loopback = is_loopback(one->ai_addr);
    }
    freeaddrinfo(found);
    errno = code;
    return fd;
}

int64_t waybill_send(int fd, const void *bytes, size_t count) { return send(fd, bytes, count, MSG_NOSIGNAL); }

int waybill_notify(const char *place, const char *text) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(place);
    if (length == 0 || length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, place, length);
    if (place[0] == '@') address.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    ssize_t sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&address, size);
    int failure = errno;
    close(fd);
    errno = failure;
    return sent < 0 ? -1 : 0;
}
