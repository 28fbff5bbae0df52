/*
 * unit.h -- what the unit tests of all layers share: cmocka's prerequisites,
 * a sink into a buf, comparison of length-carrying strings, temporary files.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "sink.h"
#include "str.h"

/* A str holds exactly these bytes; the failure shows the line of the test. */
#define assert_str(s, lit)                                                \
	do {                                                              \
		struct str s_ = (s);                                      \
		char *got_ = s_.p ? strndup(s_.p, s_.n) : NULL;           \
		assert_non_null(got_);                                    \
		assert_string_equal(got_, lit);                           \
		assert_int_equal(s_.n, strlen(lit));                      \
		free(got_);                                               \
	} while (0)

static inline bool
unit_to_buf(void *buf, const char *p, size_t n)
{
	buf_add(buf, p, n);
	return !((struct buf *)buf)->failed;
}

static inline struct sink
unit_sink(struct buf *b)
{
	return (struct sink){ .write = unit_to_buf, .arg = b };
}

/* A file with these bytes; its name into path. The test unlinks it. */
static inline void
unit_file(char path[64], const void *p, size_t n)
{
	int fd;

	strcpy(path, "/tmp/owsd-unit-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	close(fd);
}

#endif
