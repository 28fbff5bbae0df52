/*
 * worker.h -- one process, one request at a time.
 */
#ifndef WORKER_H
#define WORKER_H

#include "app.h"
#include "pool.h"

/*
 * Serve until TERM, or until [server] retire_after or retire_mib is reached.
 * In a child whose privileges are dropped; signals are blocked but while it waits.
 * 0: ended as it should.
 */
int worker_run(struct app *a, int listen_fd, struct beat *beat);

#endif
