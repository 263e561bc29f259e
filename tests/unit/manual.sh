#!/bin/bash
# The manual pages are well-formed, and name every command and every setting. Prints TAP.
set -u

pages=("$srcdir"/src/bin/*.[18] "$top_builddir"/src/bin/cowry.conf.5)
failed=0
number=0

ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" || { result="not ok" && failed=1; }
    echo "$result $number - $1"
}

well_formed() {
    local messages
    if command -v mandoc >/dev/null; then
        # Other pages that they refer to need not be installed here.
        messages=$(mandoc -Tlint -Wwarning "$1" 2>&1)
    else
        # Paths of a build may be longer than a line.
        messages=$(LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 "$1" 2>&1 >/dev/null |
            grep -v "can't break line")
    fi
    [[ ! $messages ]] || { sed 's/^/# /' <<<"$messages" && false; }
}

names_commands() {
    local words missing=0
    while read -r words; do
        grep -q "^\.It Cm $words\b" "$srcdir/src/bin/cowry.1" || { echo "# $words" && missing=1; }
    done < <("$top_builddir/cowry" help | sed -nE 's/^  ([a-z]+( [a-z]+)?).*/\1/p')
    return $missing
}

names_settings() {
    local variable missing=0
    while read -r variable; do
        grep -q "^\.It Ev $variable\$" "$top_builddir/src/bin/cowry.conf.5" ||
            { echo "# $variable" && missing=1; }
    done < <(sed -nE 's/^CONFIG(_LIVE)?\(.*"(COWRY_[A-Z_]+)".*/\2/p' "$srcdir/src/base/config.def")
    return $missing
}

echo "1..$((${#pages[@]} + 2))"
for page in "${pages[@]}"; do
    ok "${page##*/} is well-formed" well_formed "$page"
done
ok "cowry(1) names every command" names_commands
ok "cowry.conf(5) names every setting" names_settings
exit $failed
