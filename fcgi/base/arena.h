/*
 * arena.h -- one bump allocator per request; everything in it ends together.
 *
 * Allocation never returns NULL: a process that is out of memory, or an arena
 * over its ceiling (a bug: limits.h bounds the input), logs and aborts, and
 * the supervisor replaces the worker.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "err.h"
#include "str.h"

struct arena_block;
struct arena_cleanup;

struct arena {
	struct arena_block *block;     /* newest first */
	struct arena_cleanup *cleanup; /* newest first */
	size_t used;                   /* bytes handed out since the reset */
	size_t high;                   /* highest `used` ever: goes to the log */
	size_t ceiling;                /* bytes */
};

/* Caller's storage.  ceiling: most bytes between two resets. */
void arena_init(struct arena *a, size_t ceiling);

/* n zeroed bytes, aligned for any type.  n may be 0. */
void *arena_get(struct arena *a, size_t n);

/* A copy, NUL-terminated behind its n bytes.  NULL p stays NULL. */
struct str arena_dup(struct arena *a, struct str s);

/* Formatted text, NUL-terminated. */
struct str arena_fmt(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

/* Call fn(arg) at the next reset, before memory goes; newest first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

/*
 * Give back what was allocated since the mark, for loops whose steps need
 * nothing of each other (batches of a harvest, methods of an upload). Cleanups
 * deferred since then are run. Marks nest.
 */
struct arena_mark {
	struct arena_block *block, *older;
	size_t block_used, used;
	struct arena_cleanup *cleanup;
};

struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, const struct arena_mark *m);

/* Run the cleanups, forget all memory but keep one block for reuse. */
void arena_reset(struct arena *a);

/* Reset and free. */
void arena_clear(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_get((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_get((a), sizeof(type) * (size_t)(n)))

#endif
