/*
 * spool.c -- an answer before it leaves: memory first, then an unlinked file.
 *
 * The file has no name from its first moment on (O_TMPFILE) or almost (mkstemp
 * and unlink, where the file system knows no nameless files), so a killed
 * worker leaves nothing behind.
 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE ((size_t)64 * 1024)

void
spool_init(struct spool *s, size_t memory_max, const char *dir)
{
	*s = (struct spool){ .memory_max = memory_max, .fd = -1, .dir = dir };
}

struct sink
spool_sink(struct spool *s)
{
	return (struct sink){ .write = spool_write, .arg = s };
}

static int
open_nameless(const char *dir)
{
	char path[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), n;

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	n = snprintf(path, sizeof(path), "%s/spool.XXXXXX", dir);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* A file cut short by a full disk stays as it is: the error is sticky. */
static bool
spill(struct spool *s, const char *p, size_t n)
{
	ssize_t done;

	if (s->fd < 0)
		s->fd = open_nameless(s->dir);
	if (s->fd < 0) {
		s->error = errno;
		return false;
	}
	while (n) {
		done = write(s->fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			s->error = done ? errno : ENOSPC;
			return false;
		}
		p += done;
		n -= (size_t)done;
		s->length += (uint64_t)done;
	}
	return true;
}

bool
spool_write(void *spool, const char *p, size_t n)
{
	struct spool *s = spool;
	size_t part;

	if (s->progress)
		++*s->progress;
	if (s->error)
		return false;
	if (s->fd < 0 && s->memory_n < s->memory_max) {
		if (!s->memory && !(s->memory = malloc(s->memory_max))) {
			s->error = ENOMEM;
			return false;
		}
		part = s->memory_max - s->memory_n;
		part = n < part ? n : part;
		memcpy(s->memory + s->memory_n, p, part);
		s->memory_n += part;
		s->length += part;
		p += part;
		n -= part;
	}
	return n == 0 || spill(s, p, n);
}

static bool
send_file(struct spool *s, struct sink *to)
{
	uint64_t left = s->length - s->memory_n;
	char piece[PIECE];
	off_t at = 0;
	ssize_t n;

	while (left && !to->failed) {
		n = pread(s->fd, piece, left < PIECE ? (size_t)left : PIECE, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			s->error = n ? errno : EIO; /* shorter than what we wrote */
			return false;
		}
		sink_write(to, piece, (size_t)n);
		at += n;
		left -= (uint64_t)n;
	}
	return true;
}

bool
spool_send(struct spool *s, struct sink *to)
{
	size_t at = 0, n;

	if (s->error)
		return false; /* what is there is not the whole */
	for (; at < s->memory_n && !to->failed; at += n) {
		n = s->memory_n - at;
		n = n < PIECE ? n : PIECE;
		sink_write(to, s->memory + at, n);
	}
	return s->fd < 0 || send_file(s, to);
}

bool
spool_read(struct spool *s, uint64_t at, char *p, size_t n, size_t *got)
{
	ssize_t done;

	*got = 0;
	if (s->error)
		return false;
	if (at >= s->length || n == 0)
		return true;
	if (at < s->memory_n) {
		*got = s->memory_n - (size_t)at < n ? s->memory_n - (size_t)at : n;
		memcpy(p, s->memory + at, *got);
		return true;
	}
	do
		done = pread(s->fd, p, n, (off_t)(at - s->memory_n));
	while (done < 0 && errno == EINTR);
	if (done <= 0) { /* shorter than what we wrote */
		s->error = done ? errno : EIO;
		return false;
	}
	*got = (size_t)done;
	return true;
}

void
spool_reset(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->memory_n = 0;
	s->length = 0;
	s->error = 0;
}

void
spool_clear(struct spool *s)
{
	spool_reset(s);
	free(s->memory);
	s->memory = NULL;
}
