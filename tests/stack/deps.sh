#!/bin/bash
# deps.sh [--quiet] [--name] GROUP... -- Debian packages that are missing: installed by root,
# only named with --name and for everybody else. No service is started by it.
set -u

build="gcc make pkg-config libc6-dev libfcgi-dev libmariadb-dev libxml2-dev libiniparser-dev libssl-dev
 libcurl4-openssl-dev libgmime-3.0-dev"
run="$build mariadb-server mariadb-client nginx openssl curl tzdata"
test="$run apache2 libcmocka-dev libical-dev python3 python3-lxml python3-pymysql python3-suds python3-zeep python3-dateutil procps"
# what only single targets of the Makefile need
bench="$test wrk"
fuzz="$build clang libclang-rt-14-dev"
valgrind="$test valgrind"
lint="$build man-db groff-base python3"

quiet='' name=''
while :; do
	case ${1:-} in
	--quiet) quiet=1 ;;
	--name) name=1 ;;
	*) break ;;
	esac
	shift
done
want=
for group in "$@"; do
	case $group in
	build|run|test|bench|fuzz|valgrind|lint) want="$want ${!group}" ;;
	*) echo "deps.sh: '$group' is no group of packages" >&2; exit 2 ;;
	esac
done

# elsewhere than on Debian: the compiler and the servers say themselves what they miss
command -v dpkg-query > /dev/null || {
	[ "$quiet" ] || echo "This is no Debian; what is needed there is named:" $want
	exit 0
}
there=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $want 2>/dev/null | sed -n 's/^installed //p')
missing=
for p in $(printf '%s\n' $want | sort -u); do
	printf '%s\n' "$there" | grep -qxF "$p" || missing="$missing $p"
done
if [ -z "$missing" ]; then
	[ "$quiet" ] || echo "All packages are there."
	exit 0
fi
if [ "$name" ] || [ "$(id -u)" != 0 ]; then
	case $group in
	build|run|test) how="As root, \`make deps\` installs what make run and make test need, and starts no service; by hand" ;;
	*) how="As root" ;;
	esac
	echo "Packages are missing. $how: apt-get install --no-install-recommends$missing" >&2
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
