/*
 * thread.c -- conversation indexes and trails. See thread.h.
 */
#include "thread.h"

#include <stdint.h>

#include "bag.h"

/* The six bytes of time in indexes that we make: a FILETIME of 2000-01-01. It tells nobody anything. */
static const unsigned char no_time[6] = { 0x01, 0xBF, 0x53, 0xEB, 0x25, 0x6D };

/* ---- text ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
from_hex(struct arena *a, struct str text, struct str *out)
{
	char *p = arena_get(a, text.n / 2);

	if (text.n % 2)
		return false;
	for (size_t i = 0; i < text.n; i += 2) {
		int high = hex_digit(text.p[i]), low = hex_digit(text.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		p[i / 2] = (char)(high * 16 + low);
	}
	*out = (struct str){ p, text.n / 2 };
	return true;
}

static struct str
to_hex(struct arena *a, struct str bytes, const char *prefix)
{
	static const char digit[] = "0123456789ABCDEF";
	size_t n = strlen(prefix);
	char *p = arena_get(a, n + 2 * bytes.n);

	memcpy(p, prefix, n);
	for (size_t i = 0; i < bytes.n; i++) {
		p[n++] = digit[(unsigned char)bytes.p[i] >> 4];
		p[n++] = digit[(unsigned char)bytes.p[i] & 15];
	}
	return (struct str){ p, n };
}

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Blanks between the digits are a folded header's. */
static bool
from_base64(struct arena *a, struct str text, struct str *out)
{
	char *p = arena_get(a, text.n);
	size_t n = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	while (text.n && text.p[text.n - 1] == '=')
		text.n--;
	for (size_t i = 0; i < text.n; i++) {
		int d = base64_digit(text.p[i]);

		if (d < 0 && memchr(" \t\r\n", text.p[i], 4))
			continue;
		if (d < 0)
			return false;
		bits = (bits << 6 | (uint32_t)d) & 0xFFFFFF;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		p[n++] = (char)(bits >> have & 0xFF);
	}
	*out = (struct str){ p, n };
	return true;
}

bool
thread_index_read(struct arena *a, struct str text, struct str *index)
{
	text = str_trim(text);
	if (!text.n || text.n > THREAD_TEXT_MAX)
		return false;
	if (text.n > 2 && text.p[0] == '0' && (text.p[1] == 'x' || text.p[1] == 'X')) {
		if (!from_hex(a, (struct str){ text.p + 2, text.n - 2 }, index))
			return false;
	} else if (!from_base64(a, text, index)) {
		return false;
	}
	if (index->n < THREAD_HEADER)
		return false;
	index->n -= (index->n - THREAD_HEADER) % THREAD_BLOCK;
	return true;
}

struct str
thread_index_text(struct arena *a, struct str index)
{
	return to_hex(a, index, "0x");
}

unsigned
thread_index_depth(struct str index)
{
	return index.n < THREAD_HEADER ? 0 : (unsigned)((index.n - THREAD_HEADER) / THREAD_BLOCK);
}

struct guid
thread_index_uid(struct str index)
{
	struct guid uid;

	memcpy(uid.b, index.p + THREAD_HEADER - sizeof(uid.b), sizeof(uid.b));
	return uid;
}

/* ---- made of keys ---- */

static void
digest(struct hash *h, const char *what, const struct guid *list, struct str key,
    unsigned char out[HASH_LEN])
{
	hash_start(h);
	hash_add(h, what, strlen(what) + 1);
	hash_add(h, list->b, sizeof(list->b));
	hash_add(h, key.p ? key.p : "", key.n);
	hash_end(h, out);
}

struct guid
thread_uid(struct hash *h, const struct guid *list, struct str key)
{
	unsigned char d[HASH_LEN];

	digest(h, "thread", list, key, d);
	return guid_from_random(d);
}

bool
thread_index_is_ours(struct str index)
{
	return index.n >= sizeof(no_time) && memcmp(index.p, no_time, sizeof(no_time)) == 0;
}

struct str
thread_index_of(struct arena *a, const struct guid *uid)
{
	char *p = arena_get(a, THREAD_HEADER);

	memcpy(p, no_time, sizeof(no_time));
	memcpy(p + sizeof(no_time), uid->b, sizeof(uid->b));
	return (struct str){ p, THREAD_HEADER };
}

/* The first bit of a block says how its time counts: 0, as for answers within years. */
struct str
thread_mark(struct arena *a, struct hash *h, const struct guid *list, struct str key)
{
	unsigned char d[HASH_LEN];
	char *p = arena_get(a, THREAD_BLOCK);

	digest(h, "post", list, key, d);
	d[0] &= 0x7F;
	memcpy(p, d, THREAD_BLOCK);
	return (struct str){ p, THREAD_BLOCK };
}

bool
thread_has_mark(struct str trail, struct str mark)
{
	for (size_t i = 0; i + THREAD_BLOCK <= trail.n; i += THREAD_BLOCK)
		if (memcmp(trail.p + i, mark.p, THREAD_BLOCK) == 0)
			return true;
	return false;
}

struct str
thread_append(struct arena *a, struct str to, struct str mark, size_t head)
{
	char *p;

	if (to.n >= head + (size_t)THREAD_DEPTH * THREAD_BLOCK)
		to.n = head + (size_t)(THREAD_DEPTH - 1) * THREAD_BLOCK;
	p = arena_get(a, to.n + THREAD_BLOCK);
	memcpy(p, to.p, to.n);
	memcpy(p + to.n, mark.p, THREAD_BLOCK);
	return (struct str){ p, to.n + THREAD_BLOCK };
}

/* ---- kept ---- */

bool
thread_read(struct arena *a, struct str bag, struct thread *out)
{
	struct str in = bag_get(bag, STR(THREAD_PROPERTY));

	if (!in.p || !bag_valid(in))
		return false;
	*out = (struct thread){ .root = bag_get(in, STR("root")),
		.parent = bag_get(in, STR("parent")), .topic = bag_get(in, STR("topic")) };
	if (!out->parent.p)
		out->parent = STR("");
	if (!out->topic.p)
		out->topic = STR("");
	return out->root.p && from_hex(a, bag_get(in, STR("index")), &out->index) &&
	    from_hex(a, bag_get(in, STR("trail")), &out->trail) &&
	    out->index.n >= THREAD_HEADER && out->trail.n >= THREAD_BLOCK;
}

struct str
thread_pack(struct arena *a, const struct thread *t)
{
	const struct property p[] = {
		{ .name = STR("index"), .value = to_hex(a, t->index, "") },
		{ .name = STR("parent"), .value = t->parent },
		{ .name = STR("root"), .value = t->root },
		{ .name = STR("topic"), .value = t->topic },
		{ .name = STR("trail"), .value = to_hex(a, t->trail, "") },
	};
	bool changed;

	return bag_merge(a, STR(""), p, sizeof(p) / sizeof(p[0]), &changed);
}
