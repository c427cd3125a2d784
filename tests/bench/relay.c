/* The least that a system can do that stores every message before it passes it on: what lies below a measured cost. It knows nothing of SIP. One thread takes what has come, writes it
   behind what was written before, waits for the disk, and sends it out on the other side: no thread is woken but this one, nothing is decided, nothing is allocated.
   Callers send to 5060 and are at 5079; callees are at 5080 and see 5070 (load.py). usage: relay FILE */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIDES = 2, MOST = 64, DATAGRAM = 2048, STORED = 760 /* of a message: a node stores 4577 octets of a call, of which it receives six */, LOG = 1 << 20 };

static char octets[SIDES][MOST][DATAGRAM], stored[SIDES * MOST * STORED], empty[LOG];
static struct mmsghdr messages[SIDES][MOST];
static struct iovec places[SIDES][MOST];

static struct sockaddr_in at(int port) {
    return (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void check(int worked, const char *what) {
    if (!worked) {
        perror(what);
        exit(1);
    }
}

static int bound(int port) {
    struct sockaddr_in own = at(port);
    int side = socket(AF_INET, SOCK_DGRAM, 0), buffer = 4 << 20;
    setsockopt(side, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    check(bind(side, (struct sockaddr *) &own, sizeof own) == 0, "bind");
    return side;
}

int main(int count, char **arguments) {
    check(count == 2, "usage: relay FILE");
    int sides[SIDES] = { bound(5060), bound(5070) };
    struct sockaddr_in peers[SIDES] = { at(5079), at(5080) };
    struct pollfd ready[SIDES] = { { sides[0], POLLIN, 0 }, { sides[1], POLLIN, 0 } };
    int log = open(arguments[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
    /* Written over again and again, like SQLite's: the file does not grow. */
    check(log >= 0 && write(log, empty, LOG) == LOG && fsync(log) == 0, arguments[1]);
    for (off_t written = 0;;) {
        int came[SIDES] = { 0 }, length = 0;
        poll(ready, SIDES, -1);
        for (int side = 0; side < SIDES; side++) {
            for (int i = 0; i < MOST; i++) {
                places[side][i] = (struct iovec) { octets[side][i], DATAGRAM };
                messages[side][i].msg_hdr = (struct msghdr) { .msg_iov = &places[side][i], .msg_iovlen = 1 };
            }
            int got = recvmmsg(sides[side], messages[side], MOST, MSG_DONTWAIT, NULL);
            came[side] = got < 0 ? 0 : got;
            length += came[side] * STORED;
        }
        if (length == 0) {
            continue;
        }
        written = written + length > LOG ? 0 : written;
        check(pwrite(log, stored, length, written) == length && fdatasync(log) == 0, arguments[1]);
        written += length;
        for (int side = 0; side < SIDES; side++) {
            for (int i = 0; i < came[side]; i++) {
                places[side][i].iov_len = messages[side][i].msg_len;
                messages[side][i].msg_hdr.msg_name = &peers[1 - side];
                messages[side][i].msg_hdr.msg_namelen = sizeof peers[1 - side];
            }
            if (came[side] > 0) {
                sendmmsg(sides[1 - side], messages[side], came[side], 0);
            }
        }
    }
}
