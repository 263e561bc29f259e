#!/bin/bash
# ./dev and cowry setup are each a short entry and parts of a limited size, each of which says what it
# holds; none of their functions can be taken for a program. Each rule is shown to find what it is for, then to find nothing
# in the tree. Prints TAP.
# shellcheck disable=SC2001,SC2013,SC2016,SC2154,SC2317
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
number=0
failed=0
shopt -s nullglob

# Every rule prints what breaks it in a tree.

long_entry() {
    awk 'FNR == 151 { print FILENAME ": more than 150 lines" }' "$1/dev" "$1/setup/setup"
}

long_parts() {
    awk 'FNR == 251 { print FILENAME ": more than 250 lines" }' "$1"/tests/dev/*.sh "$1"/setup/*.sh
}

long_functions() {
    awk '/^[^ ]+\(\) \{$/ { name = $1; from = FNR }
        /^\}$/ { if (FNR - from + 1 > 40) print FILENAME ": " name " has " FNR - from + 1 " lines" }
    ' "$1/dev" "$1/setup/setup" "$1"/tests/dev/*.sh "$1"/setup/*.sh
}

parts_without_head() {
    local part
    for part in "$1"/tests/dev/*.sh "$1"/setup/*.sh; do
        [[ $(head -n 1 "$part") == "# "[A-Za-z.]* ]] || echo "$part: does not begin with what it holds"
    done
}

# Names of two words are those of no program; `die` and `main` are exempt.
names_of_programs() {
    local name
    sed -nE 's/^([^ ]+)\(\) *[{(].*/\1/p' "$1/dev" "$1"/tests/dev/*.sh "$1"/setup/*.sh | while read -r name; do
        [[ $name =~ ^([a-z]+(_[a-z]+)+|die|main)$ ]] || echo "$name(): not two words"
        ! type "$name" >/dev/null 2>&1 || echo "$name(): also a program"
    done
}

# ./dev uses some parts of cowry setup.
repeated_names() {
    local shared=("$1"/setup/{steps,proof,certificate}.sh)
    [[ -e ${shared[0]} ]] || shared=()
    sed -nE 's/^([^ ]+)\(\) *[{(].*/\1/p' "$1/dev" "$1"/tests/dev/*.sh "${shared[@]}" | sort | uniq -d
    sed -nE 's/^([^ ]+)\(\) *[{(].*/\1/p' "$1"/setup/setup "$1"/setup/*.sh | sort | uniq -d
}

# A provider is known to its table only; any of them may be an example in a command line.
scattered_providers() {
    local name
    for name in $(sed -nE '/^provider_table/,/^}/s/^([a-z]+) +[a-z_]+ .*/\1/p' "$1/tests/dev/providers.sh"); do
        grep -niH "$name" "$1/dev" "$1"/tests/dev/*.sh | grep -vE 'tests/dev/providers\.sh:|"provider":"'
    done
}

findings() {
    shellcheck "$1/dev" "$1/setup/setup" "$1"/tests/dev/*.sh "$1"/setup/*.sh 2>&1
}

# A tree that keeps all rules.
make_tree() {
    rm -rf "$folder/tree"
    mkdir -p "$folder/tree/tests/dev" "$folder/tree/setup"
    printf '#!/bin/bash\nset -u\nmain() {\n    :\n}\nmain\n' >"$folder/tree/dev"
    cp "$folder/tree/dev" "$folder/tree/setup/setup"
    printf '# What it holds.\n# shellcheck shell=bash\nset_up() {\n    :\n}\n' >"$folder/tree/tests/dev/x.sh"
    cat >"$folder/tree/tests/dev/providers.sh" <<'END'
# A table.
# shellcheck shell=bash
provider_table() {
    cat <<'ROWS'
somepay  somepay_secret  - -  {}
ROWS
}
END
}

print_lines() {
    printf "$1\n%.0s" $(seq "$2")
}

report() {
    number=$((number + 1))
    echo "$1 $number - $2"
    [[ $1 != "not ok" ]] || failed=1
}

# rule NAME FUNCTION FILE TEXT: nothing in a clean tree, something when the text is added, nothing in ours.
rule() {
    local found
    make_tree
    found=$("$2" "$folder/tree")
    printf '%s\n' "$4" >>"$folder/tree/$3"
    if [[ ! $found && $("$2" "$folder/tree") ]]; then
        report ok "$1: is able to fail"
    else
        sed 's/^/# /' <<<"$found"
        report "not ok" "$1: is able to fail"
    fi
    found=$("$2" "$srcdir")
    if [[ $found ]]; then
        sed 's/^/# /' <<<"$found"
        report "not ok" "$1"
    else
        report ok "$1"
    fi
}

rule "an entry of 150 lines at most" long_entry dev "$(print_lines : 150)"
rule "parts of 250 lines at most" long_parts tests/dev/x.sh "$(print_lines : 250)"
rule "also of cowry setup" long_parts setup/x.sh "$(print_lines : 251)"
rule "functions of 40 lines at most" long_functions tests/dev/x.sh \
    "$(printf 'do_it() {\n' && print_lines '    :' 40 && echo '}')"
rule "parts begin with what they hold" parts_without_head tests/dev/y.sh 'set_up() {'
rule "no function can be taken for a program" names_of_programs tests/dev/x.sh 'reset() {'
rule "no function is written twice" repeated_names dev 'set_up() {'
rule "nor in cowry setup" repeated_names setup/setup 'main() {'
rule "providers are in their table only" scattered_providers tests/dev/x.sh 'echo COWRY_SOMEPAY_URL'
if command -v shellcheck >/dev/null; then
    rule "shellcheck finds nothing" findings tests/dev/x.sh 'cp $1 $2'
else
    report ok "shellcheck finds nothing # SKIP it is not installed"
fi
echo "1..$number"
exit "$failed"
