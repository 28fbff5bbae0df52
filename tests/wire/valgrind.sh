#!/bin/sh
# valgrind.sh -- a short wire run with owsd under valgrind: no invalid access, no leak.
#
# tests/wire/stack.py takes the binaries from BUILD; here that is a directory in
# which owsd is a script that starts the real one under valgrind.
set -eu
cd "$(dirname "$0")/../.."
BUILD=$(readlink -f "${BUILD:-build}")
dir=$(mktemp -d /var/tmp/owsvg.XXXXXX)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$dir"
mkdir -m 777 "$dir/log"
ln -s "$BUILD/owsadm" "$dir/owsadm"
cat > "$dir/owsd" <<SCRIPT
#!/bin/sh
ulimit -n 256  # what the sandbox asks for: valgrind lets nobody lower it
exec valgrind -q --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite \\
    --trace-children=no --log-file="$dir/log/%p" "$BUILD/owsd" "\$@"
SCRIPT
chmod 755 "$dir/owsd"
status=0
for t in ${WIRE_TESTS:-tests/wire/test_read.py tests/wire/test_write.py}; do
	BUILD=$dir OWS_SLOW=20 OWS_SERVER='retire_mib = 4096' "$t" || status=1
done
[ -n "$(find "$dir/log" -type f)" ] || { echo "owsd was not run by valgrind"; exit 1; }
if [ -n "$(find "$dir/log" -type f -size +0)" ]; then
	find "$dir/log" -type f -size +0 -exec head -n 60 {} +
	echo "valgrind has found something (above)"
	status=1
else
	echo "valgrind: clean"
fi
exit $status
