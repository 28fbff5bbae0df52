/*
 * arena.c -- bump allocator with deferred cleanups and a high-water mark.
 *
 * Blocks double from 16 KiB to 1 MiB, so a poll costs one block and a large
 * batch a few dozen. What is larger than a quarter of the next block gets a
 * block of its own, put behind the current one, whose rest stays usable.
 */
#include "arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "limits.h"
#include "log.h"

#define BLOCK_FIRST ((size_t)16 * KIB)
#define BLOCK_MAX ((size_t)MIB)

struct arena_block {
	struct arena_block *older;
	size_t size; /* bytes of data */
	size_t used;
	alignas(max_align_t) char data[];
};

struct arena_cleanup {
	void (*fn)(void *);
	void *arg;
	struct arena_cleanup *older;
};

void
arena_init(struct arena *a, size_t ceiling)
{
	*a = (struct arena){ .ceiling = ceiling };
}

static struct arena_block *
block_new(size_t size)
{
	struct arena_block *b = malloc(sizeof(*b) + size);

	if (!b) {
		log_error("out of memory: a block of %zu bytes was wanted; "
		    "this process ends and is replaced", size);
		abort();
	}
	b->older = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

/* The slow path of arena_get: the current block has no n bytes left. */
static struct arena_block *
block_for(struct arena *a, size_t n)
{
	size_t size = a->block ? a->block->size * 2 : BLOCK_FIRST;
	struct arena_block *b;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (n > size / 4 && a->block) {
		b = block_new(n);
		b->older = a->block->older;
		a->block->older = b;
		return b;
	}
	b = block_new(n > size ? n : size);
	b->older = a->block;
	a->block = b;
	return b;
}

void *
arena_get(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *b = a->block;
	size_t room = (n + align - 1) & ~(align - 1);
	void *p;

	if (room < n || room > a->ceiling - a->used) {
		log_error("the memory of one request is used up: %zu bytes more than "
		    "the %zu in use exceed the ceiling of %zu; "
		    "this process ends and is replaced", n, a->used, a->ceiling);
		abort();
	}
	if (!b || b->size - b->used < room)
		b = block_for(a, room);
	p = b->data + b->used;
	b->used += room;
	a->used += room;
	if (a->used > a->high)
		a->high = a->used;
	return memset(p, 0, n);
}

struct str
arena_dup(struct arena *a, struct str s)
{
	char *p;

	if (!s.p)
		return STR_NULL;
	p = arena_get(a, s.n + 1);
	memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

struct str
arena_fmt(struct arena *a, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		return arena_dup(a, STR(""));
	if ((size_t)n < sizeof(small))
		return arena_dup(a, (struct str){ small, (size_t)n });
	p = arena_get(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){ p, (size_t)n };
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct arena_cleanup *c = ARENA_NEW(a, struct arena_cleanup);

	*c = (struct arena_cleanup){ fn, arg, a->cleanup };
	a->cleanup = c;
}

static void
run_cleanups(struct arena *a, const struct arena_cleanup *last)
{
	while (a->cleanup != last) {
		struct arena_cleanup *c = a->cleanup;

		a->cleanup = c->older; /* first: fn may defer again */
		c->fn(c->arg);
	}
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){
		.block = a->block, .older = a->block ? a->block->older : NULL,
		.block_used = a->block ? a->block->used : 0, .used = a->used,
		.cleanup = a->cleanup
	};
}

/* Free the blocks from b on until `end`. */
static void
free_until(struct arena_block *b, const struct arena_block *end)
{
	while (b != end) {
		struct arena_block *older = b->older;

		free(b);
		b = older;
	}
}

void
arena_release(struct arena *a, const struct arena_mark *m)
{
	run_cleanups(a, m->cleanup);
	free_until(a->block, m->block);
	a->block = m->block;
	a->used = m->used;
	if (m->block) {
		/* Large pieces stand behind the block that was current. */
		free_until(m->block->older, m->older);
		m->block->older = m->older;
		m->block->used = m->block_used;
	}
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b, *older, *keep = NULL;

	run_cleanups(a, NULL);
	for (b = a->block; b; b = older) {
		older = b->older;
		if (b->size <= BLOCK_MAX && (!keep || b->size > keep->size)) {
			free(keep);
			keep = b;
		} else {
			free(b);
		}
	}
	if (keep) {
		keep->older = NULL;
		keep->used = 0;
	}
	a->block = keep;
	a->used = 0;
}

void
arena_clear(struct arena *a)
{
	arena_reset(a);
	free(a->block);
	a->block = NULL;
}
