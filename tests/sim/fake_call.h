/*
 * fake_call.h -- what each call of the fake store begins with, and pieces that
 * its files share.
 */
#ifndef SIM_FAKE_CALL_H
#define SIM_FAKE_CALL_H

#include "fake.h"

enum where { INSIDE, OUTSIDE, ANYWHERE, ANYWHERE_EVEN_DOOMED };

/* Contract, others' turn, faults. */
enum outcome fake_enter(struct store *s, const char *call, enum where where, struct err *e);
enum outcome fake_retry(struct store *s, struct err *e);
enum outcome fake_put(struct store *s, struct rec *r, const void *value, struct err *e);
enum outcome fake_write_row(struct store *s, struct rec *r, const struct src *src,
    struct err *e);
/* The row that this session sees without a lock. */
void fake_row(struct store *s, struct str key, struct row *out);
/* The same of a live item, which may have none of its own (kind.h). */
void fake_row_of(struct store *s, const struct item *item, struct row *out);
bool fake_in_view(const struct world *w, const struct src_row *r);
/* The first read of a transaction fixes what it sees (REPEATABLE READ only). */
void fake_look(struct store *s);
void fake_want_lock(struct store *s, const char *call);
struct item fake_copy_item(struct arena *a, const struct item *from);
/* NULL: none that this session sees. */
const struct item *fake_see_item(struct store *s, uint32_t id);
/* The live item of a key, or its newest tombstone. */
const struct item *fake_item_of(struct store *s, struct str key, bool is_live);
/* n as decimal text: a key of a table. */
const char *fake_key(char out[80], uint64_t n);

#endif
