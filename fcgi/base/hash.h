/*
 * hash.h -- SHA-256: fingerprints of rows and digests of changes.
 * The only user of libcrypto.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "str.h"

#define HASH_LEN 32

struct hash { /* reusable: one per worker */
	void *ctx;
	const void *md;
};

void hash_open(struct hash *h);
void hash_start(struct hash *h);
void hash_add(struct hash *h, const void *p, size_t n);
void hash_end(struct hash *h, unsigned char out[HASH_LEN]);
void hash_close(struct hash *h);

#endif
