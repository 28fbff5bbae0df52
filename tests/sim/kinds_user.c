/*
 * kinds_user.c -- what people do in Outlook with events, posts and files.
 */
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_DAY INT64_C(1704877200) /* 2024-01-10 09:00 UTC */

static struct held *
pick(struct kind_client *c, bool (*is_fit)(const struct held *h))
{
	size_t from = c->n ? chance_below(c->chance, (unsigned)c->n) : 0;

	for (size_t i = 0; i < c->n; i++) {
		struct held *h = &c->held[(from + i) % c->n];

		if (h->base.id && !h->is_dropped && !h->push && is_fit(h))
			return h;
	}
	return NULL;
}

static bool
any(const struct held *h)
{
	return h->base.id != 0;
}

static struct held *
begin(struct kind_client *c, const char *prefix)
{
	struct held *h = held_new(c);

	snprintf(h->ref, sizeof(h->ref), "ref-%d-%u", c->no, ++c->serial);
	text_put(&h->mine.f[V_TITLE], "%s%u", prefix, chance_below(c->chance, 20));
	h->is_dirty = true;
	return h;
}

static void
edit_text(struct kind_client *c, struct held *h)
{
	unsigned no = chance_below(c->chance, 20);

	if (chance_in(c->chance, 500))
		text_put(&h->mine.f[V_TITLE], "T%u", no);
	else if (view_has(world_list(c->door->world), V_NOTES))
		text_put(&h->mine.f[V_NOTES], "note %u", no);
	else
		text_put(&h->mine.f[V_TITLE], "U%u", no);
	if (chance_in(c->chance, 20))
		text_put(&h->mine.f[V_TITLE], "#hidden");
	h->is_dirty = true;
}

/* ---- events ---- */

static bool
is_series(const struct held *h)
{
	return strcmp(h->base.v.f[V_TYPE].t, "1") == 0 && h->base.v.f[V_UID].t[0];
}

static void
say_times(struct view *v, int64_t start, int64_t end)
{
	char text[32];

	time_text(text, start);
	text_put(&v->f[V_START], "%s", text);
	time_text(text, end);
	text_put(&v->f[V_END], "%s", text);
}

static void
say_pattern(struct kind_client *c, struct view *v)
{
	static const int counts[] = { 2, 3, 4, 5, 6, 0 };
	char text[80];

	daily_text(text, (struct daily){ 1 + (int)chance_below(c->chance, 2),
	    counts[chance_below(c->chance, 6)] });
	text_put(&v->f[V_PATTERN], "%s%s", chance_in(c->chance, 200) ? " " : "", text);
}

static void
new_event(struct kind_client *c, bool is_series_too)
{
	struct held *h = begin(c, "E");
	int64_t start = FIRST_DAY + DAY_S * chance_below(c->chance, 30);
	unsigned long long a = chance_next(c->chance), b = chance_next(c->chance);

	say_times(&h->mine, start, start + 3600);
	text_put(&h->mine.f[V_TYPE], "%d", is_series_too);
	if (!is_series_too)
		return;
	text_put(&h->mine.f[V_UID], "{%08llX-%04llX-4%03llX-A%03llX-%012llX}", a >> 32,
	    a & 0xFFFF, (a >> 16) & 0xFFF, b & 0xFFF, (b >> 16) & 0xFFFFFFFFFFFFULL);
	text_put(&h->mine.f[V_ZONE], "zone 0 0");
	say_pattern(c, &h->mine);
}

static bool
is_exception(const struct held *h)
{
	return h->base.place == EVENT_IS_DELETED || h->base.place == EVENT_IS_CHANGED;
}

/* A deleted instance is made again, a changed one deleted: as a new item of another client. */
static void
turn_exception(struct kind_client *c)
{
	struct held *x = pick(c, is_exception), *h;
	struct view v;
	bool was_deleted;

	if (!x)
		return;
	v = x->base.v;
	was_deleted = x->base.place == EVENT_IS_DELETED;
	h = begin(c, "Y"); /* x may not be used any more */
	v.f[V_TITLE] = h->mine.f[V_TITLE];
	h->mine = v;
	text_put(&h->mine.f[V_TYPE], "%d", was_deleted ? EVENT_IS_CHANGED : EVENT_IS_DELETED);
}

/* An instance of a series is deleted or moved. */
static void
new_exception(struct kind_client *c)
{
	struct held *m = pick(c, is_series), *h;
	struct view v;
	struct daily d;
	int64_t at, start;
	char text[32];
	bool is_deleted = chance_in(c->chance, 500);

	if (!m || !daily_read(m->base.v.f[V_PATTERN].t, &d))
		return;
	v = m->base.v;
	at = time_read(v.f[V_START].t) + DAY_S * d.every *
	    chance_below(c->chance, (unsigned)(d.count && d.count < 5 ? d.count : 5));
	start = at + (is_deleted ? 0 : 1800 * (int64_t)chance_below(c->chance, 4));
	h = begin(c, "X"); /* m may not be used any more */
	say_times(&h->mine, start, start + 3600);
	time_text(text, at);
	text_put(&h->mine.f[V_INSTANCE], "%s", text);
	text_put(&h->mine.f[V_TYPE], "%d", is_deleted ? EVENT_IS_DELETED : EVENT_IS_CHANGED);
	h->mine.f[V_UID] = v.f[V_UID];
	h->mine.f[V_ZONE] = v.f[V_ZONE];
	text_put(&h->mine.f[V_MASTER], "%u", (unsigned)c->held[0].base.id);
	for (size_t i = 0; i < c->n; i++)
		if (c->held[i].base.id && is_series(&c->held[i]) &&
		    text_eq(&c->held[i].base.v.f[V_UID], &v.f[V_UID]))
			text_put(&h->mine.f[V_MASTER], "%u", (unsigned)c->held[i].base.id);
}

static void
edit_series(struct kind_client *c, struct held *h)
{
	int64_t start = time_read(h->mine.f[V_START].t), end = time_read(h->mine.f[V_END].t);
	unsigned n = chance_below(c->chance, 100);
	struct daily d;

	if (n < 20)
		say_pattern(c, &h->mine);
	else if (n < 30 && start >= 0 && end >= 0)
		say_times(&h->mine, start + DAY_S, end + DAY_S);
	else if (n < 38)
		h->drops_inner = true;
	else if (n < 50 && daily_read(h->mine.f[V_PATTERN].t, &d)) /* the same in other words */
		text_put(&h->mine.f[V_PATTERN], "  daily %d   %d", d.every, d.count);
	else
		edit_text(c, h);
	h->is_dirty = true;
}

static void
edit_event(struct kind_client *c, struct held *h)
{
	int64_t start = time_read(h->mine.f[V_START].t), end = time_read(h->mine.f[V_END].t);

	if (is_series(h)) {
		edit_series(c, h);
		return;
	}
	if (h->base.place == EVENT_IS_DELETED && chance_in(c->chance, 500))
		text_put(&h->mine.f[V_TYPE], "%d", EVENT_IS_CHANGED); /* there again */
	else if (chance_in(c->chance, 300) && start >= 0 && end >= 0)
		say_times(&h->mine, start + 900, end + 900);
	else
		edit_text(c, h);
	h->is_dirty = true;
}

static void
act_on_events(struct kind_client *c)
{
	unsigned n = chance_below(c->chance, 100);
	struct held *h;

	if (n < 12 && c->n < 60)
		new_event(c, n < 8);
	else if (n < 46)
		new_exception(c);
	else if (n < 50)
		turn_exception(c);
	else if ((h = pick(c, any)) && n < 66)
		h->is_dropped = true;
	else if (h)
		edit_event(c, h);
}

/* ---- posts ---- */

static void
new_post(struct kind_client *c, bool is_answer)
{
	struct held *to = is_answer ? pick(c, any) : NULL, *h;
	char index[240] = "";
	unsigned long long a = chance_next(c->chance), b = chance_next(c->chance);

	if (is_answer && !to)
		return;
	if (to)
		snprintf(index, sizeof(index), "%s", to->base.v.f[V_INDEX].t);
	if (strlen(index) > 150)
		return;
	h = begin(c, is_answer ? "R" : "P");
	text_put(&h->mine.f[V_NOTES], "body %u", c->serial);
	h->is_folder = !is_answer;
	h->joins_thread = is_answer;
	if (is_answer)
		text_put(&h->mine.f[V_INDEX], "%s%010llX", index, a & 0xFFFFFFFFFFULL);
	else if (chance_in(c->chance, 500))
		text_put(&h->mine.f[V_INDEX], "0x01DA0000%04llX%016llX%016llX", a & 0xFFFF, a, b);
}

static void
act_on_posts(struct kind_client *c)
{
	unsigned n = chance_below(c->chance, 100);
	struct held *h;

	if (n < 10 && c->n < 50)
		new_post(c, false);
	else if (n < 50 && c->n < 70)
		new_post(c, true);
	else if ((h = pick(c, any)) && n < 62)
		h->is_dropped = true;
	else if (h)
		edit_text(c, h);
}

/* ---- files and folders ---- */

static bool
is_folder(const struct held *h)
{
	return h->base.is_inner;
}

static bool
is_file(const struct held *h)
{
	return !h->base.is_inner;
}

/* Some folder that the client knows; empty: the list itself. */
static void
some_folder(struct kind_client *c, char out[240])
{
	struct held *h = chance_in(c->chance, 800) ? pick(c, is_folder) : NULL;

	out[0] = '\0';
	if (h)
		view_path(&h->base.v, out);
	if (strlen(out) > 8)
		out[0] = '\0';
}

static void
new_file(struct kind_client *c, bool is_a_folder)
{
	static const char *const files[] = { "a.txt", "b.txt", "c.txt", "A.txt", "x" };
	static const char *const folders[] = { "x", "y", "z", "X", "a.txt" };
	unsigned no = chance_below(c->chance, 5);
	char dir[240];
	struct held *h;

	some_folder(c, dir);
	h = begin(c, "F");
	h->is_folder = is_a_folder;
	text_put(&h->mine.f[V_NAME], "%s", is_a_folder ? folders[no] : files[no]);
	text_put(&h->mine.f[V_FOLDER], "%s", dir);
}

static void
act_on_files(struct kind_client *c)
{
	unsigned n = chance_below(c->chance, 100);
	char dir[240];
	struct held *h;

	if (n < 40 && c->n < 60) {
		new_file(c, n < 20);
	} else if (n < 50 && (h = pick(c, chance_in(c->chance, 500) ? is_folder : any))) {
		h->is_dropped = true;
	} else if ((h = pick(c, is_file))) {
		some_folder(c, dir);
		if (n < 65)
			text_put(&h->mine.f[V_FOLDER], "%s", dir);
		else if (n < 80)
			text_put(&h->mine.f[V_NAME], "%c.txt", 'a' + (int)chance_below(c->chance, 5));
		else
			edit_text(c, h);
		h->is_dirty = true;
	}
}

/* ---- */

void
user_act(struct kind_client *c)
{
	enum list_kind kind = world_list(c->door->world)->kind;

	if (kind == KIND_CALENDAR)
		act_on_events(c);
	else if (kind == KIND_DISCUSSIONS)
		act_on_posts(c);
	else
		act_on_files(c);
}

void
user_attach(struct kind_client *c)
{
	static const char *const names[] = { "one.txt", "two.txt" };
	struct held *h = pick(c, any);
	struct kind_push p = { .is_attach = true };
	struct kind_answer a;

	if (!h || !attach_is_offered(world_list(c->door->world)) || !door_is_free(c->door))
		return;
	memcpy(p.login, c->login, sizeof(p.login));
	p.id = h->base.id;
	snprintf(p.name, sizeof(p.name), "%s", names[chance_below(c->chance, 2)]);
	p.attach = (enum attach_command)chance_below(c->chance, 3);
	p.bytes = chance_below(c->chance, 1000000);
	/* of a copy that may be old by now: a stale version */
	p.has_seen = p.attach != ATTACH_ADD && chance_in(c->chance, 600) &&
	    attached_find(str_of(h->base.files), str_of(p.name), &p.seen);
	kind_client_deliver(c, &p, &a);
}
