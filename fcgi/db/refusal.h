/*
 * refusal.h -- what MariaDB refused of a client's values, in the words of the list.
 */
#ifndef DB_REFUSAL_H
#define DB_REFUSAL_H

#include "view.h"

/*
 * The last statement wrote these cells (is_new: as a new row) and failed with e,
 * E_INVALID: say more where the column's type, or the cells, tell more than the
 * error's number. Returns e->code.
 */
enum outcome refusal_explain(struct store *s, const struct view *v, const struct cell *cell,
    size_t n, bool is_new, struct err *e);

#endif
