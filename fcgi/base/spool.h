/*
 * spool.h -- an answer before it leaves: memory first, then an unlinked file.
 *
 * So counts can be counted, an error in the last row is still a clean fault,
 * and a slow client holds no transaction.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "err.h"
#include "sink.h"

struct spool {
	char *memory;
	size_t memory_max;  /* bytes kept in memory */
	size_t memory_n;
	int fd;             /* -1: nothing spilled */
	uint64_t length;    /* bytes in all */
	const char *dir;    /* for the file; borrowed */
	int error;          /* errno of the first failure */
	volatile uint64_t *progress; /* NULL, or raised by every write: who watches sees work; borrowed */
};

/* Caller's storage. memory_max bytes stay in memory; the rest in an unlinked file in dir. */
void spool_init(struct spool *s, size_t memory_max, const char *dir);
/* A sink that appends. */
struct sink spool_sink(struct spool *s);
bool spool_write(void *spool, const char *p, size_t n);
/* Hand over all bytes in order, in pieces of up to 64 KiB; stops when `to` fails. False: reading failed. */
WARN_UNUSED bool spool_send(struct spool *s, struct sink *to);
/*
 * Up to n bytes from `at` on, for whoever must read twice (a transaction that is
 * repeated); 0 at the end. False: reading failed.
 */
WARN_UNUSED bool spool_read(struct spool *s, uint64_t at, char *p, size_t n, size_t *got);
/* Keep the memory, forget the bytes, close the file. */
void spool_reset(struct spool *s);
void spool_clear(struct spool *s);

#endif
