/*
 * thread.h -- which thread a post belongs to, and where it stands in it.
 * MS-OXOMSG 2.2.1.3 (the conversation index that clients keep); MS-OUTSPS
 * 3.2.4.2.5.
 *
 * A conversation index is THREAD_HEADER bytes that name the thread (six of time,
 * sixteen of a GUID) and THREAD_BLOCK more per level. Ours follow from keys: the
 * GUID from the first post's, each block from its post's own. So every post of a
 * thread gets the same index whatever order posts are numbered in, and again
 * after everything was numbered anew.
 *
 * Its trail is the same for ourselves: a mark for each post from the first one
 * down to this one, made of keys alone, while indexes may be a client's.
 */
#ifndef SYNC_THREAD_H
#define SYNC_THREAD_H

#include "arena.h"
#include "guid.h"
#include "hash.h"

#define THREAD_HEADER 22
#define THREAD_BLOCK 5
#define THREAD_DEPTH 250     /* levels below the first post; deeper ones all stand in the last */
#define THREAD_TEXT_MAX 8192 /* bytes of an index as text, far beyond THREAD_DEPTH levels */

/* What an item keeps of its thread, packed in its bag. Binary values where not said otherwise. */
struct thread {
	struct str index;  /* conversation index */
	struct str trail;  /* marks, THREAD_BLOCK bytes each; the first one is the thread's first post */
	struct str root;   /* key of the first post */
	struct str parent; /* key of the post that is answered; empty: this is the first */
	struct str topic;  /* subject that the thread began with */
};

/* The name of that property of the bag. */
#define THREAD_PROPERTY ":thread"

/*
 * An index as text ("0x" and hex digits, or base64), with white space around it.
 * What follows the last whole block is cut off. False: it is none.
 */
bool thread_index_read(struct arena *a, struct str text, struct str *index);
/* "0x01D9..." */
struct str thread_index_text(struct arena *a, struct str index);
/* Levels below the first post. */
unsigned thread_index_depth(struct str index);
/* The GUID in an index. */
struct guid thread_index_uid(struct str index);

/* The thread that the post with that key begins. */
struct guid thread_uid(struct hash *h, const struct guid *list, struct str key);
/* Its index. */
struct str thread_index_of(struct arena *a, const struct guid *uid);
/* It was made here of a first post's key: no other post may begin a thread with it. */
bool thread_index_is_ours(struct str index);
/* The mark of a post, on the arena. */
struct str thread_mark(struct arena *a, struct hash *h, const struct guid *list, struct str key);
bool thread_has_mark(struct str trail, struct str mark);
/* A trail or index with a level more; over THREAD_DEPTH the last level is replaced. head: its bytes without levels. */
struct str thread_append(struct arena *a, struct str to, struct str mark, size_t head);

/* False: bag holds no such property. Borrowed from bag and the arena. */
bool thread_read(struct arena *a, struct str bag, struct thread *out);
struct str thread_pack(struct arena *a, const struct thread *t);

#endif
