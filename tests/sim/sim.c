/*
 * sim.c -- the simulator: three model clients and a DBA act at random on one
 * list, with lost answers, replays, lost connections and requests within
 * requests; after each round everybody rests, and all replicas must equal the
 * source.
 *
 *   SEED=n ROUNDS=n SECONDS=n TRACE=1 sim
 *
 * A world lives for WORLD_ROUNDS rounds; world k has the seed SEED + k, so that
 * a failure is replayed from its own world. The last line of a failure is the
 * command that repeats it.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

#define WORLD_ROUNDS 25
#define PASSES 20

struct sim {
	struct chance chance;
	struct world *world;
	struct door door;
	struct judge *judge;
	struct dba dba;
	struct client *client[CLIENT_N];
	uint64_t seed, round, rounds, actions, all_actions;
	unsigned trouble;
	int depth;
	bool is_traced, has_backup, is_quiet;
	uint64_t pulls, pushes;
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
	printf("\nfound: rule=%s rounds=%" PRIu64 " seconds=%.1f\n", rule, s->rounds,
	    elapsed(s));
	printf("repeat: SEED=%" PRIu64 " ROUNDS=%" PRIu64 " TRACE=1 (action %" PRIu64 ")\n",
	    s->seed, s->round + 1, s->actions);
	fflush(stdout);
	exit(1);
}

static void
on_source(void *arg, struct attempt *by, const struct src *before, const struct src *after)
{
	struct sim *s = arg;
	char a[160], b[160];

	if (s->is_traced) {
		cols_text(a, sizeof(a), before ? before->col : NULL);
		cols_text(b, sizeof(b), after ? after->col : NULL);
		printf("      source  by %s %u: [%s] -> [%s]\n", by ? "push" : "DBA",
		    by && by->push ? by->push->serial : 0, a, b);
	}
	judge_source(s->judge, by, before, after);
}

static void
on_item(void *arg, struct attempt *by, const struct item *before, const struct item *after)
{
	struct sim *s = arg;

	if (s->is_traced && after)
		printf("      item %u key %.*s version %u -> %u state %d%s change %" PRIu64
		    " bag %.*s\n", after->id, STR_ARG(after->key), before ? before->version : 0,
		    after->version, (int)after->state, after->is_bad ? " bad" : "", after->changed,
		    STR_ARG(after->bag));
	judge_item(s->judge, by, world_time(s->world), before, after);
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
	if (o != OK && (s->is_quiet || (o != E_UNAVAILABLE && o != E_RETRY &&
	    o != E_UNCERTAIN)))
		on_fail(s, "outcome", "the housekeeper's task %d: %s (%s; %s)", (int)what,
		    outcome_name(o), e.peer, e.detail);
}

/* In the middle of somebody's request: others do something whole. */
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
	if (n < 50)
		dba_act(&s->dba);
	else if (n < 92 && door_is_free(&s->door))
		(void)client_intrude(s->client[chance_below(&s->chance, CLIENT_N)]);
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
	struct world_conf conf = { .chance = &s->chance, .watch = watch };
	unsigned kind;

	s->chance.s = s->seed;
	kind = chance_below(&s->chance, 10);
	conf.track = kind < 6 ? TRACK_TRIGGERS : TRACK_SCAN;
	conf.scan_every_s = kind < 8 ? 0 : 60;
	conf.fault = getenv("FAULT") ? getenv("FAULT") : "";
	conf.page_rows = 2 + chance_below(&s->chance, 12);
	s->trouble = chance_below(&s->chance, 4);
	s->world = world_open(&conf);
	s->judge = judge_open(&watch);
	door_open(&s->door, s->world, &watch, &s->chance, conf.page_rows);
	s->door.is_exact = kind < 8;
	s->door.is_traced = s->is_traced;
	s->dba = (struct dba){ .w = s->world, .chance = &s->chance };
	for (int i = 0; i < CLIENT_N; i++)
		s->client[i] = client_open(i, &s->door, &s->chance, &watch, s->judge);
	s->has_backup = false;
	for (int i = 0; i < 8; i++)
		dba_act(&s->dba);
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
		client_close(s->client[i]);
	door_close(&s->door);
	judge_close(s->judge);
	world_close(s->world);
}

/* Receipts and references go with it, so nobody may be about to repeat himself: 400 days are over. */
static void
purge(struct sim *s)
{
	for (int i = 0; i < CLIENT_N; i++)
		if (client_is_waiting(s->client[i]))
			return;
	for (int i = 0; i < CLIENT_N; i++)
		client_expect_restart(s->client[i], false);
	chore(s, CHORE_PURGE);
}

static void
act(struct sim *s)
{
	unsigned n = chance_below(&s->chance, 1000);

	s->actions++;
	if (s->is_traced)
		printf("  action %" PRIu64 "\n", s->actions);
	if (n < 640)
		client_act(s->client[chance_below(&s->chance, CLIENT_N)]);
	else if (n < 950)
		dba_act(&s->dba);
	else if (n < 970)
		chore(s, CHORE_DRAIN);
	else if (n < 990)
		chore(s, CHORE_SCAN);
	else if (n < 994)
		s->door.now_s += 1 + chance_below(&s->chance, 100);
	else if (n < 996)
		s->door.now_s -= 1; /* clocks are set back, too */
	else
		purge(s);
}

/* Nobody acts, nothing fails: everybody fetches and sends until nothing moves. */
static void
rest(struct sim *s)
{
	bool is_still = false;

	s->is_quiet = true;
	s->door.hooks_on = false;
	world_trouble(s->world, 0, 0);
	dba_pause(&s->dba, chance_in(&s->chance, 500));
	world_blind(s->world, false);
	chore(s, CHORE_SCAN);
	s->door.is_exact = world_list(s->world)->scan_every_s == 0;
	for (int i = 0; i < PASSES && !is_still; i++) {
		is_still = true;
		for (int k = 0; k < CLIENT_N; k++)
			if (!client_settle(s->client[k]))
				is_still = false;
		if (world_list(s->world)->scan_every_s)
			chore(s, CHORE_SCAN);
	}
	if (!is_still)
		on_fail(s, "liveness", "no rest after %d passes", PASSES);
	judge_pause(s->judge);
	for (int k = 0; k < CLIENT_N; k++)
		client_compare(s->client[k]);
	world_check(s->world);
	s->is_quiet = false;
}

/* The database is brought back from a backup made in an earlier pause. */
static void
restore(struct sim *s)
{
	if (s->is_traced)
		printf("  restore\n");
	judge_restored(s->judge, false);
	if (world_restore(s->world)) {
		s->door.now_s += 100;
		s->is_quiet = true;
		chore(s, CHORE_RESTORED);
		s->is_quiet = false;
		for (int i = 0; i < CLIENT_N; i++)
			client_expect_restart(s->client[i], true);
	}
	judge_restored(s->judge, true);
	s->has_backup = false;
	rest(s);
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
	if (world_list(s->world)->track == TRACK_TRIGGERS && chance_in(&s->chance, 60)) {
		world_blind(s->world, true);
		s->door.is_exact = false;
	}
	while (n--)
		act(s);
	rest(s);
	if (s->has_backup && chance_in(&s->chance, 300))
		restore(s);
	else if (!s->has_backup && chance_in(&s->chance, 100))
		s->has_backup = world_backup(s->world);
}

static uint64_t
number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

int
main(void)
{
	struct sim s = { .is_traced = number("TRACE", 0) != 0 };
	uint64_t first = number("SEED", (uint64_t)time(NULL) ^ ((uint64_t)getpid() << 32) % 999999999);
	uint64_t rounds = number("ROUNDS", UINT64_MAX);
	double seconds = (double)number("SECONDS", rounds == UINT64_MAX ? 20 : 86400);

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	printf("sim: SEED=%" PRIu64 "\n", first);
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
	printf("sim: %" PRIu64 " rounds in %.1f s, %" PRIu64 " actions, %" PRIu64 " fetches, %"
	    PRIu64 " uploads: every replica equals its source\n", s.rounds, elapsed(&s), s.all_actions,
	    s.pulls, s.pushes);
	return 0;
}
