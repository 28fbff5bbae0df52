/*
 * log.h -- log lines: time, level, process, request id, then key=value text.
 *
 * The descriptor is one of the two process-wide variables of the product (the
 * other is the signal flag). errno is kept.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_NOTE, LOG_TRACE };

/* file: path, or NULL for standard error. Called again it reopens (logrotate). */
WARN_UNUSED bool log_open(const char *file, enum log_level level);
/* Prefix for every following line of this process: the request's id; NULL takes it off. Borrowed. */
void log_bind(const char *request_id);
void log_error(const char *fmt, ...) PRINTF(1, 2);
void log_warn(const char *fmt, ...) PRINTF(1, 2);
void log_note(const char *fmt, ...) PRINTF(1, 2);
void log_trace(const char *fmt, ...) PRINTF(1, 2);
/* Error with its detail: "what: peer (detail)". */
void log_err(const char *what, const struct err *e);

#endif
