/*
 * pool.c -- supervisor of pre-forked workers.
 *
 * Signals are blocked throughout and taken one at a time by sigtimedwait, so
 * there is no handler and no race. A reload forks a new generation from the new
 * configuration and sends the old one home when the new one is ready: the
 * listening socket stays open all the time, so no request fails.
 */
#include "pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define CHILD_MAX (2 * POOL_WORKERS_MAX + 2) /* two generations */
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000
#define LEAVING_MS 1000                      /* that a new housekeeper waits for old workers */
#define READY_WAIT_MS 10000                  /* for a new generation, before the old goes */
#define TICK_MS 200

#define KEEPER_USEFUL_MS 10000               /* one that lived so long had no failed start */

enum role { WORKER, KEEPER, ROLE__MAX };
static const char *const role_names[] = { [WORKER] = "worker", [KEEPER] = "housekeeper" };

struct child {
	pid_t pid;          /* 0: free */
	enum role role;
	unsigned generation;
	int64_t kill_at;    /* ms; 0: not told to go */
	uint64_t seen;      /* progress + requests */
	int64_t seen_at;    /* ms: when that last changed, or it was idle */
	int64_t born;       /* ms */
	struct beat *beat;
};

struct pool {
	const struct pool_work *work;
	struct pool_shape shape;
	sigset_t signals, before;
	unsigned generation;
	int64_t old_go_at;   /* ms: the old generation goes even if the new is not ready; 0: none */
	int64_t not_before[ROLE__MAX]; /* ms: no new child until then */
	int64_t leaving_until;         /* ms: no new housekeeper beside old workers until then */
	int64_t backoff[ROLE__MAX];    /* ms */
	bool is_stopping, was_ready, was_killed;
	struct child child[CHILD_MAX];
};

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
child_start(struct pool *p, enum role role)
{
	struct child *c = p->child;
	pid_t pid;

	while (c < p->child + CHILD_MAX && c->pid)
		c++;
	if (c == p->child + CHILD_MAX)
		return; /* old ones have to go first */
	*c->beat = (struct beat){ 0 };
	pid = fork();
	if (pid == 0)
		_exit(role == WORKER ? p->work->worker(p->work->arg, c->beat)
		    : p->work->keeper(p->work->arg));
	if (pid < 0) {
		log_error("cannot start a %s: %s", role_names[role], strerror(errno));
		p->not_before[role] = clock_ms() + BACKOFF_MAX_MS;
		return;
	}
	c->pid = pid;
	c->role = role;
	c->generation = p->generation;
	c->kill_at = 0;
	c->seen = 0;
	c->seen_at = c->born = clock_ms();
}

static void
child_stop(struct pool *p, struct child *c)
{
	if (c->kill_at)
		return;
	kill(c->pid, SIGTERM);
	c->kill_at = clock_ms() + p->shape.stop_after * 1000;
}

/* A child that dies before it was of any use delays the next one. */
static void
child_ended(struct pool *p, struct child *c, int status)
{
	bool is_clean = WIFEXITED(status) && WEXITSTATUS(status) == 0, is_useful;
	int64_t *backoff = &p->backoff[c->role];

	if (WIFSIGNALED(status))
		log_warn("%s %ld was ended by signal %d (%s)", role_names[c->role], (long)c->pid,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (!is_clean)
		log_warn("%s %ld ended with status %d", role_names[c->role], (long)c->pid,
		    WEXITSTATUS(status));
	is_useful = c->role == WORKER ? c->beat->is_ready
	    : clock_ms() - c->born >= KEEPER_USEFUL_MS;
	if (is_clean || c->kill_at || is_useful) {
		*backoff = 0;
	} else {
		*backoff = *backoff ? *backoff * 2 : BACKOFF_MIN_MS;
		if (*backoff > BACKOFF_MAX_MS)
			*backoff = BACKOFF_MAX_MS;
		p->not_before[c->role] = clock_ms() + *backoff;
	}
	c->pid = 0;
}

static void
reap(struct pool *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (struct child *c = p->child; c < p->child + CHILD_MAX; c++)
			if (c->pid == pid)
				child_ended(p, c, status);
}

/* End what makes no progress, and what was told to go and did not. */
static void
watch(struct pool *p)
{
	int64_t now = clock_ms();
	uint64_t seen;

	for (struct child *c = p->child; c < p->child + CHILD_MAX; c++) {
		if (!c->pid)
			continue;
		seen = c->beat->progress + c->beat->requests;
		if (!c->beat->is_busy || seen != c->seen) {
			c->seen = seen;
			c->seen_at = now;
		}
		if (c->kill_at && now >= c->kill_at) {
			log_warn("%s %ld did not end in %lld seconds, killed",
			    role_names[c->role], (long)c->pid, (long long)p->shape.stop_after);
			p->was_killed = true;
		} else if (now - c->seen_at >= p->shape.stuck_after * 1000) {
			log_error("worker %ld made no progress in a request for %lld seconds, "
			    "killed", (long)c->pid, (long long)p->shape.stuck_after);
			c->beat->is_ready = 1; /* not a failed start */
		} else {
			continue;
		}
		kill(c->pid, SIGKILL);
		c->kill_at = now + p->shape.stop_after * 1000;
		c->seen_at = now;
	}
}

struct census {
	size_t workers, ready, keepers, old, leaving, all;
};

static struct census
count(const struct pool *p)
{
	struct census n = { 0 };

	for (const struct child *c = p->child; c < p->child + CHILD_MAX; c++) {
		if (!c->pid)
			continue;
		n.all++;
		n.keepers += c->role == KEEPER;
		n.leaving += c->role == WORKER && c->kill_at;
		if (c->role != WORKER || c->kill_at)
			continue;
		if (c->generation != p->generation) {
			n.old++;
		} else {
			n.workers++;
			n.ready += c->beat->is_ready;
		}
	}
	return n;
}

static void
stop_children(struct pool *p, bool only_old, enum role role)
{
	for (struct child *c = p->child; c < p->child + CHILD_MAX; c++)
		if (c->pid && c->role == role &&
		    (!only_old || c->generation != p->generation))
			child_stop(p, c);
}

/* Bring the number of children to what it should be. */
static void
level(struct pool *p)
{
	struct census n = count(p);

	if (p->is_stopping)
		return;
	if (clock_ms() >= p->not_before[WORKER])
		for (; n.workers < p->shape.workers; n.workers++)
			child_start(p, WORKER);
	if (n.old && (n.ready >= p->shape.workers || clock_ms() >= p->old_go_at)) {
		stop_children(p, true, WORKER);
		p->leaving_until = clock_ms() + LEAVING_MS;
		n.leaving += n.old;
		n.old = 0;
	}
	/*
	 * After a reload the housekeeper takes changed definitions up, which old workers
	 * cannot go on with: let what they have in hand be finished first.
	 */
	if (!n.keepers && !n.old && clock_ms() >= p->not_before[KEEPER] &&
	    (!n.leaving || clock_ms() >= p->leaving_until))
		child_start(p, KEEPER);
	if (!p->was_ready && n.ready >= p->shape.workers) {
		p->was_ready = true;
		p->work->ready(p->work->arg);
	}
}

static void
reload(struct pool *p)
{
	if (!p->work->reload(p->work->arg))
		return;
	p->work->shape(p->work->arg, &p->shape);
	p->generation++;
	p->old_go_at = clock_ms() + READY_WAIT_MS;
	for (enum role r = WORKER; r < ROLE__MAX; r++)
		p->not_before[r] = p->backoff[r] = 0;
	stop_children(p, true, KEEPER); /* there is never more than one */
}

static void
take_signal(struct pool *p)
{
	struct timespec tick = { 0, TICK_MS * 1000000L };

	switch (sigtimedwait(&p->signals, NULL, &tick)) {
	case SIGHUP:
		if (!p->is_stopping)
			reload(p);
		break;
	case SIGTERM:
	case SIGINT:
		p->is_stopping = true;
		stop_children(p, false, WORKER);
		stop_children(p, false, KEEPER);
		break;
	default:
		break;
	}
}

int
pool_run(const struct pool_work *w)
{
	struct pool *p = calloc(1, sizeof(*p));
	struct beat *beats = mmap(NULL, CHILD_MAX * sizeof(*beats), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool was_killed;

	if (!p || beats == MAP_FAILED) {
		log_error("no memory for the pool: %s", strerror(errno));
		return 1;
	}
	p->work = w;
	for (size_t i = 0; i < CHILD_MAX; i++)
		p->child[i].beat = &beats[i];
	sigemptyset(&p->signals);
	for (const int *s = (const int[]){ SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0 }; *s; s++)
		sigaddset(&p->signals, *s);
	sigprocmask(SIG_BLOCK, &p->signals, &p->before);
	w->shape(w->arg, &p->shape);
	do {
		level(p);
		take_signal(p);
		reap(p);
		watch(p);
	} while (!p->is_stopping || count(p).all);
	munmap(beats, CHILD_MAX * sizeof(*beats));
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	was_killed = p->was_killed;
	free(p);
	return was_killed ? 1 : 0;
}
