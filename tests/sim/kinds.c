/*
 * kinds.c -- the simulator of calendars, threads, folders and files (kinds.h):
 * like sim.c it lets three clients and a DBA act at random, and in each pause
 * asks the judge.
 *
 *   KIND=name SEED=n ROUNDS=n SECONDS=n TRACE=1 sim-kinds
 *
 * Without KIND every world has another kind of list.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "kinds.h"

#define WORLD_ROUNDS 25
#define PASSES 30

struct sim {
	struct chance chance;
	const struct shape *shape;
	struct world *world;
	struct door door;
	struct kind_judge *judge;
	struct kind_dba dba;
	struct kind_client *client[CLIENT_N];
	struct kind_pull *all;
	uint64_t seed, round, rounds, actions, all_actions, pulls, pushes;
	unsigned trouble;
	int depth;
	bool is_traced, is_quiet, has_kind;
	struct timespec begun;
};

static double
elapsed(const struct sim *s)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - s->begun.tv_sec) +
	    (double)(now.tv_nsec - s->begun.tv_nsec) / 1e9;
}

/* ---- what the world says ---- */

static void PRINTF(3, 4)
on_fail(void *arg, const char *rule, const char *fmt, ...)
{
	struct sim *s = arg;
	va_list ap;

	printf("FAIL %s: ", rule);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\nfound: rule=%s rounds=%" PRIu64 " seconds=%.1f\n", rule, s->rounds, elapsed(s));
	printf("repeat: KIND=%s SEED=%" PRIu64 " ROUNDS=%" PRIu64 " TRACE=1 (action %" PRIu64 ")\n",
	    s->shape->name, s->seed, s->round + 1, s->actions);
	fflush(stdout);
	exit(1);
}

static void
row_text(const struct sim *s, const struct src *r, char out[600])
{
	size_t n = 0;

	snprintf(out, 600, "none");
	for (size_t i = 0; r && i < s->shape->column_n; i++)
		n += (size_t)snprintf(out + n, 600 - n, "%s%s", i ? "|" : "",
		    r->col[i].is_set ? r->col[i].t : "NULL");
}

static void
on_source(void *arg, struct attempt *by, const struct src *before, const struct src *after)
{
	struct sim *s = arg;
	char a[600], b[600];

	if (s->is_traced) {
		row_text(s, before, a);
		row_text(s, after, b);
		printf("      source by %s: [%s] -> [%s]\n", by ? "push" : "DBA", a, b);
	}
	kind_judge_source(s->judge, by, before, after);
}

static void
on_item(void *arg, struct attempt *by, const struct item *before, const struct item *after)
{
	struct sim *s = arg;

	if (s->is_traced && after)
		printf("      item %u key %.*s version %u -> %u state %d%s place %d change %" PRIu64
		    " files %.*s bag %.*s\n", after->id, STR_ARG(after->key), before ?
		    before->version : 0, after->version, (int)after->state, after->is_bad ?
		    " bad" : "", after->place, after->changed, STR_ARG(after->files),
		    STR_ARG(after->bag));
	kind_judge_item(s->judge, by, before, after);
}

static void
chore(struct sim *s, enum door_chore what)
{
	struct err e = { .code = OK };
	enum outcome o;

	if (!door_is_free(&s->door))
		return;
	o = door_chore(&s->door, what, &e);
	if (s->is_traced)
		printf("    chore %d: %s\n", (int)what, outcome_name(o));
	if (o != OK && (s->is_quiet || (o != E_UNAVAILABLE && o != E_RETRY && o != E_UNCERTAIN)))
		on_fail(s, "outcome", "the housekeeper's task %d: %s (%s; %s)", (int)what,
		    outcome_name(o), e.peer, e.detail);
}

static void
on_interrupt(void *arg)
{
	struct sim *s = arg;
	unsigned n = chance_below(&s->chance, 100);

	if (s->is_quiet || s->depth >= 3)
		return;
	s->depth++;
	if (s->is_traced)
		printf("    meanwhile (%d):\n", s->depth);
	if (n < 45)
		kind_dba_act(&s->dba);
	else if (n < 92 && door_is_free(&s->door))
		(void)kind_client_intrude(s->client[chance_below(&s->chance, CLIENT_N)]);
	else
		chore(s, CHORE_DRAIN);
	if (s->is_traced)
		printf("    back (%d)\n", s->depth);
	s->depth--;
}

/* ---- a world ---- */

static void
world_begin(struct sim *s)
{
	struct watch watch = { s, on_fail, on_source, on_item, on_interrupt };
	struct world_conf conf = { .chance = &s->chance, .watch = watch, .fault = "" };

	s->chance.s = s->seed;
	if (!s->has_kind)
		s->shape = &shapes[s->seed % SHAPE__N];
	conf.shape = s->shape;
	/* a file that leaves its folder and is back before any scan has seen it makes no folder */
	conf.track = s->shape->kind == KIND_DOCUMENTS || chance_in(&s->chance, 600) ?
	    TRACK_TRIGGERS : TRACK_SCAN;
	conf.page_rows = 2 + chance_below(&s->chance, 12);
	s->trouble = chance_below(&s->chance, 4);
	s->world = world_open(&conf);
	s->judge = kind_judge_open(s->world, &watch);
	door_open(&s->door, s->world, &watch, &s->chance, conf.page_rows);
	s->door.is_traced = s->is_traced;
	s->dba = (struct kind_dba){ .w = s->world, .chance = &s->chance, .shape = s->shape };
	for (int i = 0; i < CLIENT_N; i++)
		s->client[i] = kind_client_open(i, &s->door, &s->chance, &watch, s->judge);
	for (int i = 0; i < 6; i++)
		kind_dba_act(&s->dba);
	s->is_quiet = true;
	chore(s, CHORE_PREPARE);
	s->is_quiet = false;
}

static void
world_end_of(struct sim *s)
{
	s->pulls += s->door.pulls;
	s->pushes += s->door.pushes;
	s->all_actions += s->actions;
	s->actions = 0;
	for (int i = 0; i < CLIENT_N; i++)
		kind_client_close(s->client[i]);
	door_close(&s->door);
	kind_judge_close(s->judge);
	world_close(s->world);
}

static void
act(struct sim *s)
{
	unsigned n = chance_below(&s->chance, 1000);

	s->actions++;
	if (s->is_traced)
		printf("  action %" PRIu64 "\n", s->actions);
	if (n < 720)
		kind_client_act(s->client[chance_below(&s->chance, CLIENT_N)]);
	else if (n < 950)
		kind_dba_act(&s->dba);
	else if (n < 970)
		chore(s, CHORE_DRAIN);
	else if (n < 990)
		chore(s, CHORE_SCAN);
	else
		s->door.now_s += 1 + chance_below(&s->chance, 100);
	world_check(s->world);
}

/* Tombstones, log and receipts are forgotten; nobody may be about to repeat himself. */
static void
purge(struct sim *s)
{
	for (int i = 0; i < CLIENT_N; i++)
		s->client[i]->may_restart = true;
	s->door.now_s += 10;
	s->is_quiet = true;
	chore(s, CHORE_PURGE);
	s->is_quiet = false;
}

/* Everything there is, as a new client gets it. */
static void
download(struct sim *s)
{
	struct pull_request q = { .token = "", .cursor = "" };

	kinds_pull(&s->door, "carol", &q, s->all);
	if (s->all->outcome != OK || s->all->cursor[0])
		on_fail(s, "outcome", "a first download: %s (%s)", outcome_name(s->all->outcome),
		    s->all->text);
}

static void
rest(struct sim *s)
{
	bool is_still = false;

	s->is_quiet = true;
	s->door.hooks_on = false;
	world_trouble(s->world, 0, 0);
	kind_dba_end(&s->dba);
	for (int i = 0; i < PASSES && !is_still; i++) {
		chore(s, CHORE_SCAN); /* a place that was taken may be free now */
		is_still = true;
		for (int k = 0; k < CLIENT_N; k++)
			if (!kind_client_settle(s->client[k]))
				is_still = false;
	}
	if (!is_still)
		on_fail(s, "liveness", "no rest after %d passes", PASSES);
	download(s);
	kind_judge_pause(s->judge, &s->door, s->all);
	for (int k = 0; k < CLIENT_N; k++)
		kind_judge_replica(s->judge, s->client[k], s->all);
	world_check(s->world);
	s->is_quiet = false;
}

static void
one_round(struct sim *s)
{
	static const unsigned faults[] = { 0, 2, 0, 8 }, interrupts[] = { 0, 30, 60, 20 };
	unsigned n = 5 + chance_below(&s->chance, 40);

	if (s->is_traced)
		printf("round %" PRIu64 "\n", s->round);
	s->door.hooks_on = s->trouble > 0;
	world_trouble(s->world, faults[s->trouble], interrupts[s->trouble]);
	while (n--)
		act(s);
	rest(s);
	if (chance_in(&s->chance, 60))
		purge(s);
}

static uint64_t
number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* False: there is none of that name. */
static bool
find_shape(struct sim *s, const char *name)
{
	s->shape = &shapes[0];
	s->has_kind = name && *name;
	if (!s->has_kind)
		return true;
	for (int i = 0; i < SHAPE__N; i++)
		if (strcmp(shapes[i].name, name) == 0) {
			s->shape = &shapes[i];
			return true;
		}
	fprintf(stderr, "sim-kinds: KIND=\"%s\" is none of:", name);
	for (int i = 0; i < SHAPE__N; i++)
		fprintf(stderr, " %s", shapes[i].name);
	fprintf(stderr, "\n");
	return false;
}

int
main(void)
{
	struct sim s = { .is_traced = number("TRACE", 0) != 0 };
	uint64_t first = number("SEED", (uint64_t)time(NULL) ^ ((uint64_t)getpid() << 32) % 999999999);
	uint64_t rounds = number("ROUNDS", UINT64_MAX);
	double seconds = (double)number("SECONDS", rounds == UINT64_MAX ? 20 : 86400);

	s.all = calloc(1, sizeof(*s.all));
	if (!s.all || !find_shape(&s, getenv("KIND")))
		return 2;
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	printf("sim-kinds: SEED=%" PRIu64 "\n", first);
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &s.begun);
	for (s.seed = first; s.rounds < rounds && elapsed(&s) < seconds; s.seed++) {
		world_begin(&s);
		for (s.round = 0; s.round < WORLD_ROUNDS && s.rounds < rounds; s.round++) {
			one_round(&s);
			s.rounds++;
		}
		world_end_of(&s);
	}
	printf("sim-kinds: %" PRIu64 " rounds in %.1f s, %" PRIu64 " actions, %" PRIu64 " fetches, %"
	    PRIu64 " uploads: every replica is what the rows imply\n", s.rounds, elapsed(&s),
	    s.all_actions, s.pulls, s.pushes);
	free(s.all);
	return 0;
}
