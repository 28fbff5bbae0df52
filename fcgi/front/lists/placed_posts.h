/*
 * placed_posts.h -- the place of posts: a thread's first one is a folder, the
 * others lie in it. See placed.h.
 */
#ifndef FRONT_LISTS_PLACED_POSTS_H
#define FRONT_LISTS_PLACED_POSTS_H

#include "lists/placed.h"

void placed_post(struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, struct placed *out);

#endif
