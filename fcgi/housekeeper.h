/*
 * housekeeper.h -- the process that looks after all lists of a site.
 */
#ifndef HOUSEKEEPER_H
#define HOUSEKEEPER_H

#include "app.h"

/*
 * Until TERM. In a child whose privileges are dropped, with signals blocked.
 * Of several on one site (hosts) the one with the lease works; holder names the
 * supervisor, so that a successor of a dead one goes on at once. 0: ended as it should.
 */
int housekeeper_run(struct app *a, const char *holder);

#endif
