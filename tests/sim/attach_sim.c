/*
 * attach_sim.c -- files of items over the store in memory: several requests,
 * one within another, with deadlocks, lost connections and lost COMMITs.
 *
 * Each file's bytes are a number that no other request sends. What may be there
 * is kept as a set of numbers per name: a request that succeeded alone leaves
 * one; one whose outcome is unknown, or that met another, adds to the set. In a
 * pause what is there must be in the set, read back whole, and an item's version
 * must have risen by exactly one for each change that came true.
 *
 *   SEED=n ROUNDS=n attach_sim
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach.h"
#include "sim.h"

#define ITEMS 3
#define NAMES 4
#define MAYBE_MAX 400
#define DEPTH 3

struct slot { /* one name of one item */
	uint64_t maybe[MAYBE_MAX];  /* contents that may be there; 0: no file */
	size_t maybe_n;
	unsigned busy;              /* requests about it that are under way */
	unsigned met;               /* rises with each that begins: others see that they were not alone */
};

struct sim {
	struct chance chance;
	struct world *world;
	struct hash hash;
	struct arena arena[DEPTH + 1];
	int depth;
	int64_t now_s;
	unsigned faults;
	uint64_t seed, serial, done, refused, unknown;
	struct slot slot[ITEMS][NAMES];
	uint32_t version[ITEMS];    /* in the last pause */
	unsigned sure[ITEMS], unsure[ITEMS]; /* changes since then */
};

struct env { struct sim *s; struct store *store; };

static const char *const name[NAMES] = { "a.txt", "B.txt", "\xC3\xA4.bin", "d" };

static void PRINTF(3, 4)
on_fail(void *arg, const char *rule, const char *fmt, ...)
{
	const struct sim *s = arg;
	va_list ap;

	printf("FAIL %s: ", rule);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\nrepeat: SEED=%" PRIu64 "\n", s->seed);
	exit(1);
}

static void
on_source(void *arg, struct attempt *by, const struct src *before, const struct src *after)
{
	(void)arg, (void)by, (void)before, (void)after;
}

static void
on_item(void *arg, struct attempt *by, const struct item *before, const struct item *after)
{
	if (before && after && before->id && after->version > before->version + 1)
		on_fail(arg, "version", "item %u rose from %u to %u at once", after->id,
		    before->version, after->version);
	(void)by;
}

/* ---- the engine ---- */

static void
now(void *env, int64_t *s, long *ns)
{
	struct sim *sim = ((struct env *)env)->s;

	world_clock(sim->world, ++sim->now_s);
	*s = sim->now_s;
	*ns = 0;
}

static void
chances(void *env, unsigned char *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)(chance_next(&((struct env *)env)->s->chance) >> 24);
}

static void
no_pause(void *env, unsigned ms)
{
	(void)env, (void)ms;
}

static enum outcome
reconnect(void *env, struct err *e)
{
	struct env *v = env;

	return world_reconnect(v->s->world, v->store, e);
}

static struct engine
enter(struct sim *s, struct env *env, struct attempt *at)
{
	struct arena *a = &s->arena[s->depth++];

	arena_reset(a);
	*at = (struct attempt){ .begun = world_time(s->world) };
	*env = (struct env){ s, world_session(s->world, at) };
	store_use(env->store, a);
	return (struct engine){ .store = env->store, .arena = a, .hash = &s->hash, .env = env,
		.now = now, .random = chances, .pause = no_pause, .reconnect = reconnect,
		.page_rows = 100 };
}

static void
leave(struct sim *s, struct env *env)
{
	world_release(s->world, env->store);
	s->depth--;
}

/* ---- contents: the number again and again, as many bytes as it says ---- */

static uint64_t
size_of(uint64_t content)
{
	return 8 + content % 100;
}

static bool
give(void *arg, uint64_t at, char *p, size_t n, size_t *got)
{
	const uint64_t *content = arg;
	uint64_t size = size_of(*content);

	*got = at < size ? (size - at < n ? (size_t)(size - at) : n) : 0;
	for (size_t i = 0; i < *got; i++)
		p[i] = (char)(*content >> 8 * ((at + i) % 8));
	return true;
}

struct taken { char p[128]; size_t n; };

static bool
take(void *arg, const char *p, size_t n)
{
	struct taken *t = arg;

	if (n > sizeof(t->p) - t->n)
		return false;
	memcpy(t->p + t->n, p, n);
	t->n += n;
	return true;
}

/* What a file holds, read back whole. */
static uint64_t
content_of(struct sim *s, struct engine *g, const struct attached *f)
{
	struct taken t = { .n = 0 };
	struct sink to = { .write = take, .arg = &t };
	struct err e = { .code = OK };
	uint64_t content = 0;

	if (store_file_read(g->store, world_list(s->world), &f->guid, f->version, 0, f->size, &to,
	    &e) != OK)
		on_fail(s, "bytes", "%.*s cannot be read: %s", STR_ARG(f->name), e.peer);
	for (size_t i = 0; i < 8 && i < t.n; i++)
		content |= (uint64_t)(unsigned char)t.p[i] << 8 * i;
	if (t.n != size_of(content) || f->size != t.n)
		on_fail(s, "bytes", "%.*s of %" PRIu64 " bytes gave %zu", STR_ARG(f->name), f->size, t.n);
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] != (char)(content >> 8 * (i % 8)))
			on_fail(s, "bytes", "%.*s is mixed from two", STR_ARG(f->name));
	return content;
}

/* ---- requests ---- */

static void
may_be(struct sim *s, struct slot *slot, uint64_t content, bool is_sure)
{
	if (is_sure)
		slot->maybe_n = 0;
	if (slot->maybe_n == MAYBE_MAX)
		on_fail(s, "model", "more than %d contents may be there", MAYBE_MAX);
	slot->maybe[slot->maybe_n++] = content;
}

static void
judge(struct sim *s, unsigned item, struct slot *slot, const struct attach_request *q,
    const struct attach_result *r, uint64_t content, bool was_alone)
{
	switch (r->outcome) {
	case OK:
		s->done++;
		/* without lost answers what is told is what this very request made */
		if (!s->faults && q->expected && q->command == ATTACH_PUT &&
		    (r->file.version != q->expected->version + 1 ||
		    !guid_eq(&r->file.guid, &q->expected->guid)))
			on_fail(s, "condition", "%s replaced version %u, but the client had seen %u",
			    q->name.p, r->file.version - 1, q->expected->version);
		/* two who remove the same version at once are one change, and both are told so */
		*(q->command == ATTACH_REMOVE && !was_alone ? &s->unsure[item] : &s->sure[item]) += 1;
		may_be(s, slot, content, was_alone);
		return;
	case E_UNAVAILABLE:
		s->unknown++;
		s->unsure[item]++;
		may_be(s, slot, content, false);
		return;
	case E_CONFLICT:
	case E_NOT_FOUND:
		s->refused++;
		/* alone, it is told the truth: about what may be there */
		if (was_alone && slot->maybe_n == 1 && q->command == ATTACH_ADD && !slot->maybe[0])
			on_fail(s, "refusal", "Add of a free name: %s", r->err.peer);
		if (was_alone && slot->maybe_n == 1 && q->command != ATTACH_ADD && !q->expected &&
		    slot->maybe[0])
			on_fail(s, "refusal", "%s", r->err.peer);
		return;
	case E_DENIED: case E_INVALID: case E_LIMIT: case E_RETRY: case E_UNCERTAIN: case E_FAILED:
	case OUTCOME__MAX:
		break;
	}
	on_fail(s, "outcome", "%s: %s; %s", outcome_name(r->outcome), r->err.peer, r->err.detail);
}

static void
act(struct sim *s)
{
	unsigned item = chance_below(&s->chance, ITEMS), n = chance_below(&s->chance, NAMES);
	struct slot *slot = &s->slot[item][n];
	uint64_t content = ++s->serial << 8 | chance_below(&s->chance, 256);
	struct file_bytes bytes = { size_of(content), give, &content };
	struct attach_request q = { .item = item + 1, .name = str_of(name[n]), .bytes = &bytes,
		.command = (enum attach_command)chance_below(&s->chance, 3) };
	struct principal who = { STR("alice") };
	struct attach_result *r;
	struct attached seen;
	struct err e = { .code = OK };
	struct attempt at;
	struct env env;
	struct engine g = enter(s, &env, &at);
	struct item now_item;
	unsigned met = ++slot->met;
	bool was_alone = slot->busy++ == 0;

	/* half of those who replace or remove say which version they saw */
	if (q.command != ATTACH_ADD && chance_in(&s->chance, 500) &&
	    attach_item(&g, world_list(s->world), q.item, &now_item, &e) == OK &&
	    attached_find(now_item.files, q.name, &seen))
		q.expected = &seen;
	r = ARENA_NEW(g.arena, struct attach_result);
	attach_one(&g, world_list(s->world), &who, &q, r);
	slot->busy--;
	was_alone &= slot->met == met;
	judge(s, item, slot, &q, r, q.command == ATTACH_REMOVE ? 0 : content, was_alone);
	leave(s, &env);
}

static void
on_interrupt(void *arg)
{
	struct sim *s = arg;

	if (s->depth < DEPTH)
		act(s);
}

/* ---- pauses ---- */

static void
check_item(struct sim *s, struct engine *g, unsigned i)
{
	const struct list *l = world_list(s->world);
	struct err e = { .code = OK };
	struct item item;
	struct file *rows;
	struct attached f;
	size_t at = 0, said = 0, n;
	uint32_t risen;

	if (attach_item(g, l, i + 1, &item, &e) != OK ||
	    store_files_of(g->store, l, i + 1, &rows, &n, &e) != OK)
		on_fail(s, "item", "%s", e.peer);
	while (attached_next(item.files, &at, &f))
		said++;
	if (said != n)
		on_fail(s, "rows", "item %u says %zu files and has %zu", i + 1, said, n);
	risen = item.version - s->version[i];
	if (s->version[i] && (risen < s->sure[i] || risen > s->sure[i] + s->unsure[i]))
		on_fail(s, "version", "item %u rose by %u after %u changes and %u unknown", i + 1, risen,
		    s->sure[i], s->unsure[i]);
	for (unsigned k = 0; k < NAMES; k++) {
		struct slot *slot = &s->slot[i][k];
		bool is_there = attached_find(item.files, str_of(name[k]), &f);
		uint64_t content = is_there ? content_of(s, g, &f) : 0;
		size_t m = 0;

		while (m < slot->maybe_n && slot->maybe[m] != content)
			m++;
		if (m == slot->maybe_n)
			on_fail(s, "content", "item %u %s holds %" PRIx64 ", which nobody left there",
			    i + 1, name[k], content);
		may_be(s, slot, content, true);
	}
	s->version[i] = item.version;
	s->sure[i] = s->unsure[i] = 0;
}

static void
pause_all(struct sim *s)
{
	struct attempt at;
	struct env env;
	struct engine g;

	world_trouble(s->world, 0, 0);
	g = enter(s, &env, &at);
	for (unsigned i = 0; i < ITEMS; i++)
		check_item(s, &g, i);
	leave(s, &env);
}

static void
prepare(struct sim *s)
{
	struct src row = { .is_present = true };
	struct attempt at;
	struct env env;
	struct engine g;
	struct err e = { .code = OK };

	for (unsigned i = 0; i < ITEMS; i++) {
		char key[40];

		world_new_key(s->world, key);
		row.col[COL_CODE] = val_set(key);
		row.col[COL_TITLE] = val_set("t");
		if (!world_put(s->world, 0, &row) || !world_end(s->world, 0, true))
			on_fail(s, "model", "no row");
		for (unsigned k = 0; k < NAMES; k++)
			may_be(s, &s->slot[i][k], 0, true);
	}
	g = enter(s, &env, &at);
	if (harvest_prepare(&g, world_list(s->world), &e) != OK)
		on_fail(s, "model", "%s", e.peer);
	leave(s, &env);
}

static void
one_world(struct sim *s, unsigned rounds)
{
	struct world_conf conf = { .chance = &s->chance, .track = TRACK_TRIGGERS,
		.scan_every_s = 3600, .page_rows = 100, .fault = "",
		.watch = { s, on_fail, on_source, on_item, on_interrupt } };

	s->world = world_open(&conf);
	prepare(s);
	pause_all(s);
	for (unsigned r = 0; r < rounds; r++) {
		s->faults = chance_in(&s->chance, 500) ? chance_below(&s->chance, 30) : 0;
		world_trouble(s->world, s->faults, chance_below(&s->chance, 120));
		for (unsigned k = 0; k < 15; k++)
			act(s);
		pause_all(s);
	}
	world_check(s->world);
	world_close(s->world);
}

int
main(void)
{
	const char *seed = getenv("SEED"), *rounds = getenv("ROUNDS");
	struct sim *s = calloc(1, sizeof(*s));
	unsigned worlds = rounds && *rounds ? (unsigned)atoi(rounds) : 1000;
	uint64_t first = seed && *seed ? strtoull(seed, NULL, 10) : 1, done = 0, refused = 0,
	    unknown = 0;

	if (!s)
		return 1;
	hash_open(&s->hash);
	for (size_t i = 0; i <= DEPTH; i++)
		arena_init(&s->arena[i], 64 * MIB);
	for (unsigned k = 0; k < worlds; k++) {
		memset(s->slot, 0, sizeof(s->slot));
		memset(s->version, 0, sizeof(s->version));
		s->seed = first + k;
		s->chance.s = s->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
		s->now_s = 1700000000;
		s->serial = s->done = s->refused = s->unknown = 0;
		one_world(s, 10);
		done += s->done;
		refused += s->refused;
		unknown += s->unknown;
	}
	printf("attach_sim: %u worlds, %" PRIu64 " changes, %" PRIu64 " refused, %" PRIu64
	    " of unknown outcome: no file is lost, doubled or mixed\n", worlds, done, refused, unknown);
	if (!done || !refused || !unknown) {
		printf("FAIL coverage: one of these never happened\n");
		return 1;
	}
	for (size_t i = 0; i <= DEPTH; i++)
		arena_clear(&s->arena[i]);
	hash_close(&s->hash);
	free(s);
	return 0;
}
