/*
 * zones.h -- time zones that data names row by row, each file of tzdata read
 * once. Not for several threads.
 */
#ifndef BASE_ZONES_H
#define BASE_ZONES_H

#include "zone.h"

struct zones;

struct zones *zones_open(void);
/* Borrowed until zones_close; NULL when no zone has that name (white space around it does not count). */
const struct zone *zones_get(struct zones *z, struct str name);
/* *z may be NULL. */
void zones_close(struct zones **z);

#endif
