/*
 * mime_scan.h -- is this a mail message, and one that can be parsed at bounded
 * cost? Private to mime.c.
 */
#ifndef BASE_MIME_SCAN_H
#define BASE_MIME_SCAN_H

#include "err.h"
#include "spool.h"

/* E_INVALID: it does not begin with a header; E_LIMIT: LIMIT_MESSAGE_*. */
enum outcome mime_scan(struct spool *from, struct err *e) WARN_UNUSED;

#endif
