/*
 * fuzz_text.c -- properties of the codecs that take text from outside: what
 * parses is written back as it was, what is written parses again, whatever the
 * bytes. First byte of the input: which codec.
 */
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "bag.h"
#include "buf.h"
#include "guid.h"
#include "history.h"
#include "limits.h"
#include "num.h"
#include "stamp.h"
#include "token.h"
#include "utf8.h"
#include "xmlr.h"
#include "xmlw.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static void
try_token(struct arena *a, struct str s)
{
	struct token t, u;

	if (token_parse(s, &t)) {
		CHECK(token_parse(token_fmt(a, &t), &u));
		CHECK(t.number == u.number && t.ticks == u.ticks && guid_eq(&t.list, &u.list));
	}
}

static void
try_cursor(struct arena *a, struct str s)
{
	struct cursor c, d;

	if (cursor_parse(s, &c)) {
		CHECK(cursor_parse(cursor_fmt(a, &c), &d));
		CHECK(c.last_id == d.last_id && c.is_descending == d.is_descending);
	}
}

static void
try_history(struct arena *a, struct str s)
{
	static const struct guid me = { { 1, 2, 3 } };
	struct str bumped;

	if (!history_valid(s))
		return;
	bumped = history_bump(a, s, &me);
	/* the largest count cannot rise further: refused as text, never silently wrapped */
	if (!strstr(arena_dup(a, s).p, ":4294967295"))
		CHECK(history_valid(bumped));
}

static void
try_bag(struct arena *a, struct str s)
{
	struct property edit = { .name = STR("name"), .value = STR("value") };
	bool changed, again;
	struct str merged;

	if (!bag_valid(s))
		return;
	merged = bag_merge(a, s, &edit, 1, &changed);
	CHECK(bag_valid(merged));
	CHECK(str_eq(bag_get(merged, edit.name), edit.value));
	CHECK(str_eq(bag_merge(a, merged, &edit, 1, &again), merged) && !again);
}

static void
try_stamp(struct arena *a, struct str s)
{
	struct civil c;
	bool has_time;
	int offset;

	(void)a;
	if (!stamp_parse(s, &c, &has_time, &offset))
		return;
	CHECK(civil_ok(&c));
	CHECK(civil_to_stamp(&c) == civil_to_stamp(&(struct civil){ c.year, c.month, c.day,
	    c.hour, c.minute, c.second }));
}

static void
try_decimal(struct arena *a, struct str s)
{
	char once[64], twice[64];

	(void)a;
	if (num_decimal(s, once)) {
		CHECK(num_decimal(str_of(once), twice));
		CHECK(strcmp(once, twice) == 0);
	}
}

static bool
to_buf(void *arg, const char *p, size_t n)
{
	struct buf *b = arg;

	buf_add(b, p, n);
	return !b->failed;
}

/* Whatever stands in a value, the document parses and the allowed part comes back. */
static void
try_writer(struct arena *a, struct str s)
{
	static struct xmlw w;
	struct buf b;
	struct sink sink = { .write = to_buf, .arg = &b };
	struct xnode *root = NULL;
	struct err e;
	struct str got;

	buf_init(&b, 64 * MIB);
	xmlw_init(&w, &sink, XMLW_XML);
	xmlw_prolog(&w);
	xmlw_open(&w, "r");
	xmlw_attr(&w, "a", s);
	xmlw_text(&w, s);
	xmlw_close(&w);
	CHECK(xmlw_end(&w));
	CHECK(xmlr_parse(a, buf_str(&b), NULL, &root, &e) == OK);
	got = xnode_attr(a, root, "a");
	CHECK(utf8_valid(got) && utf8_xml_ok(got));
	if (utf8_valid(s) && utf8_xml_ok(s)) {
		CHECK(str_eq(got, s));
		CHECK(str_eq(xnode_text(a, root), s));
	}
	buf_clear(&b);
}

static void
try_reader(struct arena *a, struct str s)
{
	struct xnode *root = NULL;
	struct err e;

	if (xmlr_parse(a, s, NULL, &root, &e) == OK) {
		CHECK(root);
		xnode_text(a, root);
		xnode_find(root, "Batch");
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static void (*const codec[])(struct arena *, struct str) = {
		try_token, try_cursor, try_history, try_bag, try_stamp, try_decimal, try_writer,
		try_reader,
	};
	static struct arena arena;
	struct str s;

	if (size == 0)
		return 0;
	if (!arena.ceiling)
		arena_init(&arena, LIMIT_ARENA_BYTES);
	/* a copy of its own, so that a read behind the end is seen */
	s.n = size - 1;
	s.p = memcpy(malloc(s.n + (s.n == 0)), data + 1, s.n);
	codec[data[0] % (sizeof(codec) / sizeof(*codec))](&arena, s);
	free((void *)(uintptr_t)s.p);
	arena_reset(&arena);
	return 0;
}
