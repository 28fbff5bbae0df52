/*
 * app.h -- composition: a configuration becomes lists, a site and, per process,
 * an engine over a store. The only place that joins db/ with front/.
 */
#ifndef APP_H
#define APP_H

#include "conf.h"
#include "engine.h"
#include "front.h"
#include "hash.h"
#include "list.h"

/* All lists of all provider folders. A refused file is a problem in p, the others go on. */
enum outcome app_lists(const struct conf *c, struct ini_problems *p, struct lists **out,
    struct err *e) WARN_UNUSED;

/* One configuration in force: immutable but for what binding adds to the lists. */
struct app {
	struct arena arena;
	struct ini_problems problems;
	const struct conf *conf;
	struct lists *lists;
	struct site site;
};

/*
 * Everything from the file and the provider folders; no database. Refused
 * providers are problems, the configuration's own errors are NULL with *e set
 * (and every problem handed to `say`).
 */
struct app *app_open(const char *file, void (*say)(const struct ini_problem *), struct err *e);
void app_close(struct app **a);

struct binding;

/* An engine with the system's clock and random numbers; store_open'ed, not connected. Stays where it is. */
struct app_engine {
	struct engine engine;
	struct arena arena;   /* of the request */
	struct hash hash;
	const struct people_conf *users; /* NULL: no table of users */
	struct binding *binding; /* NULL, or who connects again after a COMMIT without an answer */
	volatile uint64_t *progress; /* NULL, or raised whenever the engine asks for time or chance */
};

enum outcome app_engine_open(const struct app *a, struct app_engine *g, struct err *e) WARN_UNUSED;
void app_engine_close(struct app_engine *g);

#endif
