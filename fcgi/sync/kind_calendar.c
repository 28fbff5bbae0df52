/*
 * kind_calendar.c -- what is special about events. See kind.h.
 */
#include "kind.h"

const struct kind_rules calendar_rules = {
	.settle = NULL,
};
