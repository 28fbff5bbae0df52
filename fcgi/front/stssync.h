/*
 * stssync.h -- the "Connect to Outlook" link. MS-STSSYN 2.1, 2.2.
 */
#ifndef FRONT_STSSYNC_H
#define FRONT_STSSYNC_H

#include "arena.h"
#include "list.h"

/*
 * The link of a list; at most 500 characters, names cut as SharePoint's page
 * does. NULL p when even that is too long, or Outlook has no folder type for
 * this kind of list.
 */
struct str stssync_link(struct arena *a, const char *base_url, const char *site_name,
    const struct list *l);
/* One value escaped by the rules of the link (UTF-16 units above 127 in brackets). */
struct str stssync_escape(struct arena *a, struct str utf8);
/* The page of a list below base_url: "/Lists/<name>/AllItems.aspx", by kind. */
struct str list_page(struct arena *a, const struct list *l);

#endif
