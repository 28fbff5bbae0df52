/*
 * access.h -- who may do what. The right that a client is told is the right
 * that is enforced: both come from access_rights.
 */
#ifndef SYNC_ACCESS_H
#define SYNC_ACCESS_H

#include "list.h"

struct principal {
	struct str login;   /* mapped and case-folded; empty: nobody signed in */
};

enum { RIGHT_READ = 1, RIGHT_INSERT = 2, RIGHT_UPDATE = 4, RIGHT_DELETE = 8 };
#define RIGHT_WRITE (RIGHT_INSERT | RIGHT_UPDATE | RIGHT_DELETE)

/* Rights of that user on that list; 0: the list does not exist for him. */
unsigned access_rights(const struct list *l, const struct principal *who);

/*
 * Map what the web server says (user, user@REALM, DOMAIN\user) to a login:
 * the part before '@' or behind '\', ASCII letters lowered. On the arena.
 */
struct str access_login(struct arena *a, struct str remote_user);

#endif
