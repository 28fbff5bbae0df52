/*
 * kind_discussions.c -- what is special about posts. See kind.h.
 */
#include "kind.h"

const struct kind_rules discussion_rules = {
	.settle = NULL,
};
