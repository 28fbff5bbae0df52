/*
 * pool.h -- the supervisor: pre-forked workers and one housekeeper.
 *
 * It knows pids, deadlines and functions, and never sees a request.
 */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A worker's page of shared memory: written by the worker, watched by the supervisor. */
struct beat {
	volatile uint64_t progress; /* raised by whatever moves a request on */
	volatile uint64_t requests; /* taken on so far */
	volatile uint32_t is_busy;  /* in a request */
	volatile uint32_t is_ready; /* waits for requests */
};

struct pool_shape {
	size_t workers;      /* at most POOL_WORKERS_MAX */
	int64_t stuck_after; /* seconds */
	int64_t stop_after;  /* seconds */
};

#define POOL_WORKERS_MAX 1024

struct pool_work {
	void *arg;
	void (*shape)(void *arg, struct pool_shape *out);
	/* In the supervisor, at SIGHUP. False: go on with what is in force. */
	bool (*reload)(void *arg);
	/* All workers of the first generation wait for requests. */
	void (*ready)(void *arg);
	/* In a child, with all signals blocked. 0: it ended as it should (retired, TERM). */
	int (*worker)(void *arg, struct beat *beat);
	int (*keeper)(void *arg);
};

/* Until TERM or INT. 0: all children ended in time. */
int pool_run(const struct pool_work *w);

#endif
