/*
 * listen.h -- the listening socket, own or inherited, and word to whoever
 * started us that it is served.
 */
#ifndef LISTEN_H
#define LISTEN_H

#include "conf.h"
#include "sandbox.h"

/*
 * The socket that [server] listen names: non-blocking, closed on exec.
 * who: a Unix socket of our own is given to that account. -1 and *e: a sentence.
 */
int listen_open(const struct conf *c, const struct identity *who, struct err *e);
/* sd_notify(3) without the library: "READY=1". Nothing happens when nobody asked. */
void listen_notify(const char *state);

#endif
