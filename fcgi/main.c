/*
 * main.c -- owsd: options, order of start-up, exit status. owsd(8).
 */
#define _GNU_SOURCE /* LOCK_NB and friends */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "app.h"
#include "housekeeper.h"
#include "listen.h"
#include "log.h"
#include "pool.h"
#include "sandbox.h"
#include "worker.h"

enum { EXIT_OK, EXIT_TROUBLE, EXIT_USAGE, EXIT_CONF };

struct daemon {
	struct app *app;
	struct identity who;
	int listen_fd;
	char holder[128];             /* of the housekeeper's lease: one per supervisor */
	char *pid_file, *listen_path; /* as claimed at the start: reloads do not touch them */
};

/* To whoever typed the command. */
static void
say_plain(const struct ini_problem *p)
{
	struct arena a;

	arena_init(&a, 1 << 16);
	fprintf(stderr, "owsd: %s%s\n", p->is_warning ? "warning: " : "",
	    ini_problem_text(&a, p));
	arena_clear(&a);
}

/* To the log, when nobody types any more. */
static void
say_log(const struct ini_problem *p)
{
	struct arena a;

	arena_init(&a, 1 << 16);
	if (p->is_warning)
		log_warn("%s", ini_problem_text(&a, p));
	else
		log_error("%s", ini_problem_text(&a, p));
	arena_clear(&a);
}

static void
shape(void *arg, struct pool_shape *out)
{
	const struct conf *c = ((const struct daemon *)arg)->app->conf;

	*out = (struct pool_shape){ (size_t)c->workers, c->stuck_after, c->stop_after };
}

static bool
reload(void *arg)
{
	struct daemon *d = arg;
	struct err e;
	struct app *fresh = app_open(d->app->conf->file, say_log, &e);
	const char *key;

	if (!fresh) {
		log_error("reload: %s; the old configuration stays in force", e.peer);
		return false;
	}
	if (sandbox_folder(fresh->conf->state_dir, &d->who, &e) != OK)
		log_err("reload", &e); /* served without; heads.c says what is missing */
	key = conf_needs_restart(d->app->conf, fresh->conf);
	if (key)
		log_warn("reload: %s has changed, which needs a restart; the old value stays in "
		    "force until then", key);
	if (!log_open(fresh->conf->log_file, fresh->conf->log_level))
		log_error("reload: the log file %s cannot be opened: %s; the old one stays",
		    fresh->conf->log_file, strerror(errno));
	log_note("reload: %zu lists from %s", fresh->lists->n, fresh->conf->file);
	app_close(&d->app);
	d->app = fresh;
	return true;
}

static void
ready(void *arg)
{
	const struct daemon *d = arg;

	log_note("serves %zu lists on %s with %lld workers", d->app->lists->n,
	    d->app->conf->listen, (long long)d->app->conf->workers);
	listen_notify("READY=1");
}

static bool
drop(const struct daemon *d)
{
	struct err e;

	if (sandbox_drop(&d->who, &e) == OK)
		return true;
	log_err("start", &e);
	return false;
}

static int
run_worker(void *arg, struct beat *beat)
{
	struct daemon *d = arg;

	prctl(PR_SET_NAME, "owsd-worker"); /* what ps and top show */
	return drop(d) ? worker_run(d->app, d->listen_fd, beat) : EXIT_TROUBLE;
}

static int
run_keeper(void *arg)
{
	struct daemon *d = arg;

	prctl(PR_SET_NAME, "owsd-keeper");
	close(d->listen_fd);
	return drop(d) ? housekeeper_run(d->app, d->holder) : EXIT_TROUBLE;
}

/* The file stays open and locked, so that a second owsd of the same file is refused. */
static bool
claim_pid_file(const char *path)
{
	char text[32];
	int fd, n;

	if (!path)
		return true;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		fprintf(stderr, "owsd: the pid file %s: %s\n", path, strerror(errno));
		return false;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		fprintf(stderr, "owsd: another owsd holds %s; stop it first\n", path);
		close(fd);
		return false;
	}
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) || write(fd, text, (size_t)n) != n) {
		fprintf(stderr, "owsd: the pid file %s: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}

/* A successor takes over the lease of a housekeeper that died, other hosts and containers do not. */
static void
name_holder(struct daemon *d)
{
	char host[64] = "";
	uint64_t chance = 0;

	gethostname(host, sizeof(host) - 1);
	if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
		chance = (uint64_t)getpid();
	snprintf(d->holder, sizeof(d->holder), "%s:%ld:%016llx", host, (long)getpid(),
	    (unsigned long long)chance);
}

/* Take away what start put into the file system. */
static void
leave(struct daemon *d)
{
	if (d->listen_fd >= 0 && d->listen_path)
		unlink(d->listen_path);
	if (d->pid_file)
		unlink(d->pid_file);
	free(d->listen_path);
	free(d->pid_file);
}

static int
serve(struct daemon *d)
{
	const struct conf *c = d->app->conf;
	const struct pool_work work = {
		.arg = d,
		.shape = shape,
		.reload = reload,
		.ready = ready,
		.worker = run_worker,
		.keeper = run_keeper,
	};
	struct err e;
	int rc;

	if (sandbox_identity(c, &d->who, &e) != OK ||
	    sandbox_folder(c->state_dir, &d->who, &e) != OK) {
		fprintf(stderr, "owsd: %s\n", e.peer);
		return EXIT_CONF;
	}
	name_holder(d);
	if (!claim_pid_file(c->pid_file))
		return EXIT_TROUBLE;
	d->pid_file = c->pid_file ? strdup(c->pid_file) : NULL;
	d->listen_path = c->listen_path ? strdup(c->listen_path) : NULL;
	d->listen_fd = listen_open(c, &d->who, &e);
	if (d->listen_fd < 0) {
		fprintf(stderr, "owsd: %s\n", e.peer);
		rc = EXIT_TROUBLE;
	} else if (!log_open(c->log_file, c->log_level)) {
		fprintf(stderr, "owsd: the log file %s: %s\n", c->log_file, strerror(errno));
		rc = EXIT_TROUBLE;
	} else {
		log_note("starts with %s", c->file);
		rc = pool_run(&work) ? EXIT_TROUBLE : EXIT_OK;
		log_note("stopped");
	}
	leave(d);
	return rc;
}

static int
usage(void)
{
	fputs("usage: owsd [-c FILE] [-n | -C]\n"
	    "       owsd -K\n"
	    "  -c FILE  configuration, " CONF_FILE " otherwise\n"
	    "  -n       check it and the provider files, serve nothing\n"
	    "  -C       print it with all defaults\n"
	    "  -K       list all keys: section, key, default, meaning\n", stderr);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	struct daemon d = { .listen_fd = -1 };
	const char *file = CONF_FILE;
	int mode = 0, opt, rc = EXIT_OK;
	struct err e;

	while ((opt = getopt(argc, argv, "c:nCK")) != -1) {
		if (opt == 'c')
			file = optarg;
		else if (opt == '?')
			return usage();
		else
			mode = opt;
	}
	if (optind < argc)
		return usage();
	if (mode == 'K') {
		conf_document(stdout);
		return EXIT_OK;
	}
	d.app = app_open(file, say_plain, &e);
	if (!d.app) {
		fprintf(stderr, "owsd: %s\n", e.peer);
		return EXIT_CONF;
	}
	if (mode == 'C')
		conf_print(d.app->conf, stdout);
	else if (mode == 'n')
		rc = d.app->problems.error_n ? EXIT_CONF : EXIT_OK;
	else
		rc = serve(&d);
	app_close(&d.app);
	return rc;
}
