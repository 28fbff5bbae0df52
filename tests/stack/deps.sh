#!/bin/bash
# deps.sh [--quiet] run|test... -- Debian packages that are missing: installed by root,
# named for everybody else. No service is started by it.
set -u

run="gcc make pkg-config libc6-dev libfcgi-dev libmariadb-dev libxml2-dev libiniparser-dev
 libssl-dev libcurl4-openssl-dev mariadb-server mariadb-client nginx openssl curl tzdata"
test="python3 apache2 libcmocka-dev python3-zeep python3-suds python3-lxml python3-pymysql libxml2-utils wrk clang
 libclang-rt-14-dev valgrind util-linux procps"

quiet=
[ "${1:-}" = --quiet ] && quiet=1 && shift
want=
for group in "$@"; do
	case $group in
	run) want="$want $run" ;;
	test) want="$want $run $test" ;;
	*) echo "deps.sh: '$group' is neither run nor test" >&2; exit 2 ;;
	esac
done

missing=
for p in $(printf '%s\n' $want | sort -u); do
	dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
		missing="$missing $p"
done
if [ -z "$missing" ]; then
	[ "$quiet" ] || echo "All packages are there."
	exit 0
fi
if [ "$(id -u)" != 0 ]; then
	echo "Packages are missing; as root: apt-get install --no-install-recommends$missing" >&2
	exit 1
fi

# Nothing may claim ports 80 and 3306 on this machine: deny starts while we install.
policy=/usr/sbin/policy-rc.d
kept=
[ -e $policy ] && kept=$(mktemp) && cp -p $policy "$kept"
restore() {
	if [ "$kept" ]; then cp -p "$kept" $policy; rm -f "$kept"; else rm -f $policy; fi
}
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy

export DEBIAN_FRONTEND=noninteractive
apt="apt-get -q -o DPkg::Lock::Timeout=300"
log=$(mktemp)
echo "Installing$missing"
if ! { $apt update && $apt install -y --no-install-recommends $missing; } > "$log" 2>&1; then
	tail -n 20 "$log" >&2
	rm -f "$log"
	echo "The packages could not be installed; see the lines above (network? disk?)." >&2
	exit 1
fi
rm -f "$log"
