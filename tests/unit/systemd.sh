#!/bin/bash
# The units are valid, and give few rights to an attacker who takes over a process.
set -u

if ! command -v systemd-analyze >/dev/null; then
    echo "1..0 # SKIP systemd-analyze is not installed"
    exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
units="cowry@.service cowry-jobs.service cowry-migrate.service cowry-restart.service"
failed=0

# Neither Cowry nor spawn-fcgi is installed at the paths of the units.
for unit in $units; do
    sed -E 's,^(Exec(Start|Reload))=[^ ]*,\1=/bin/true,' "$top_builddir/systemd/$unit" >"$folder/$unit"
done
cp "$srcdir/systemd/cowry.target" "$folder"

ok() {
    local result="ok"
    "${@:3}" >"$folder/out" 2>&1 || { result="not ok" && failed=1 && sed 's/^/# /' "$folder/out"; }
    echo "$result $1 - $2"
}

valid() {
    systemd-analyze verify --man=no "$folder"/*.service "$folder/cowry.target" >"$folder/messages" 2>&1 &&
        [[ ! -s $folder/messages ]] || { cat "$folder/messages" && false; }
}

echo "1..8"
ok 1 "the units are valid" valid
number=1
for unit in $units; do
    number=$((number + 1))
    ok $number "$unit is exposed by 1.5 of 10 at most" \
        systemd-analyze security --offline=true --no-pager --threshold=15 "$folder/$unit"
done
ok 6 "no placeholder is left" eval '! grep -E "@[a-z]+@" "$folder"/*.service'
ok 7 "every unit has a limit to its memory" eval '! grep -L "^MemoryMax=" "$folder"/*.service | grep .'
ok 8 "every unit names its program to the journal" eval '! grep -L "^SyslogIdentifier=cowry-" "$folder"/*.service | grep .'
exit $failed
