/*
 * sandbox.h -- as whom processes serve, and what they give up before that.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <sys/types.h>

#include "conf.h"

struct identity {
	bool is_change;   /* started as root: become uid and gid */
	uid_t uid;
	gid_t gid;
	char name[64];
};

/* What [server] user and group mean here. Serving as root is refused. */
enum outcome sandbox_identity(const struct conf *c, struct identity *out, struct err *e)
    WARN_UNUSED;
/* A folder that `who` can write, made when it is missing. */
enum outcome sandbox_folder(const char *path, const struct identity *who, struct err *e)
    WARN_UNUSED;
/*
 * For good: groups, gid and uid (verified), no new privileges, limits, umask,
 * working directory; die when the parent does. In a child only.
 */
enum outcome sandbox_drop(const struct identity *who, struct err *e) WARN_UNUSED;

#endif
