/*
 * history.h -- edit histories of items: "guid:n,guid:n" with 32 hex digits per
 * editor (protocol: vti_versionhistory). A client's is kept verbatim, ours is
 * bumped with the list's GUID as editor.
 */
#ifndef SYNC_HISTORY_H
#define SYNC_HISTORY_H

#include <stdint.h>
#include "arena.h"
#include "guid.h"

/* Well-formed: pattern, each GUID once, one maximum, at most LIMIT_HISTORY_BYTES. */
bool history_valid(struct str h);
/* stored (empty: "<me>:version") after one more change by `me`; may stay empty. */
struct str history_bump(struct arena *a, struct str stored, const struct guid *me);
/* What clients see: stored, or "<me>:version" when it is empty. */
struct str history_text(struct arena *a, struct str stored, const struct guid *me,
    uint32_t version);

#endif
