#!/bin/bash
# test_disk.sh -- a disk without room: make up says so in one sentence before it starts anything.
# The disk is a tmpfs in a mount namespace of our own, which needs root.
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${INSIDE:-}" ]; then
	why=$(unshare -m true 2>&1) || { echo "a small disk cannot be mounted by this user, here: $why"; exit 77; }
	INSIDE=1 exec unshare -m "$0"
fi
disk=${TMPDIR:-/tmp}/disk
mkdir "$disk" && mount -t tmpfs -o size=20m none "$disk" || { echo "a tmpfs cannot be mounted here"; exit 77; }
failed=0
for state in small full; do
	out=$(make -s --no-print-directory up BUILD="$BUILD" ADDR="$ADDR" PORT=8080 RUN="$disk/run" 2>&1 | grep -vE '^make(\[[0-9]+\])?: ')
	if [ "$(printf '%s\n' "$out" | wc -l)" = 1 ] && printf '%s\n' "$out" |
	    grep -qE "^The disk of $disk/run has [0-9]+ MB free and [0-9]+ are needed; make room"; then
		echo "ok - a disk that is $state"
	else
		echo "not ok - a disk that is $state, said: $out"
		failed=1
	fi
	head -c 30M /dev/zero > "$disk/fill" 2> /dev/null
done
exit $failed
