#!/bin/bash
# Receipts are checked by `cowry receipt check` and by the programs of docs/receipts.md: all accept a valid
# one, and none accepts one with a member changed. Prints TAP.
# shellcheck disable=SC2015,SC2016,SC2317
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
receipt=${srcdir:?}/tests/support/receipt.json
key=$(cat "$srcdir/tests/support/receipt.key")
number=0
failed=0

ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" || { result="not ok" && failed=1; }
    echo "$result $number - $1"
}

# The blocks that readers save, under their names.
save_blocks() {
    local block mark
    mkdir "$folder/blocks"
    while read -r block _ _ _ mark; do
        [[ $mark != "save as: "* ]] || cp "$folder/blocks/$block" "$folder/${mark#save as: }"
    done < <(awk -v out="$folder/blocks" -f "$srcdir/tests/docs/blocks.awk" "$srcdir/docs/receipts.md")
}

# Receipts with one thing changed, each in a file that is named after it.
change() {
    python3 - "$receipt" "$folder/changed" <<'END'
import copy, json, os, sys

receipt = json.load(open(sys.argv[1], encoding="utf-8"))
os.mkdir(sys.argv[2])

def save(name, change):
    changed = copy.deepcopy(receipt)
    change(changed)
    with open(os.path.join(sys.argv[2], name.replace(" ", "-")), "w", encoding="utf-8") as file:
        json.dump(changed, file, ensure_ascii=False)

def other(value):
    if value is None:
        return "01a232a5-229c-7285-8247-9631687e66ca"
    if isinstance(value, int):
        return value + 1
    middle = len(value) // 2
    return value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1:]

def walk(at, path):
    def parent(tree):
        for step in path:
            tree = tree[step]
        return tree
    name = ".".join(map(str, path))
    if isinstance(at, dict):
        save(name + "+", lambda tree: parent(tree).update(more="1"))
    elif isinstance(at, list):
        save(name + "+", lambda tree: parent(tree).append(at[0] | {"name": "to 7"} if "name" in at[0] else at[0]))
    for step in at if isinstance(at, dict) else range(len(at)):
        if isinstance(at[step], (dict, list)):
            walk(at[step], [*path, step])
        else:
            save(f"{name}.{step}", lambda tree: parent(tree).__setitem__(step, other(at[step])))
    if isinstance(at, dict):
        save(name + "-", lambda tree: parent(tree).popitem())

walk(receipt, [])
# A part of the value as salt: the same bytes are hashed.
def shift(tree):
    tree["openings"][0]["salt"] += tree["openings"][0]["value"][:1].encode().hex()
    tree["openings"][0]["value"] = tree["openings"][0]["value"][1:]
save("shifted", shift)
END
}

# accepts COMMAND...: the valid one, and prints what it says.
accepts() {
    "$@" >"$folder/out" 2>&1 && grep -q '^valid$' "$folder/out" && grep -q 'Lunch' "$folder/out" &&
        grep -q 'ref-01a232a5-22a7' "$folder/out" || { sed 's/^/# /' "$folder/out" && false; }
}

# refuses COMMAND...: each that was changed, a file before the key.
refuses() {
    local file result=0
    for file in "$folder"/changed/* "$folder"/changed/.[!.]*; do
        if "${@/RECEIPT/$file}" >"$folder/out" 2>&1 || ! grep -q 'not valid' "$folder/out"; then
            echo "# ${file##*/}" && sed 's/^/# /' "$folder/out" && result=1
        fi
    done
    return "$result"
}

# Another key of the same name, and no key at all.
refuses_key() {
    ! "${@/KEY/${key%+*}+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG5}" >"$folder/out" 2>&1 &&
        ! "${@/KEY/x}" >"$folder/out" 2>&1
}

check_all() {
    local name=$1
    shift
    ok "$name accepts a valid receipt" accepts "${@/RECEIPT/$receipt}"
    ok "$name refuses it with a member changed" refuses "$@"
}

# Neither settings nor a database.
export COWRY_ENVIRONMENT=none COWRY_DATABASE_URL=none COWRY_ENV_FILE=$folder/none
cowry=${top_builddir:?}/cowry
save_blocks
change || { echo "Bail out! no receipts" && exit 1; }
programs=("$cowry receipt check RECEIPT --key $key" "python3 $folder/check_receipt.py RECEIPT $key")
[[ $(command -v node) ]] && programs+=("node $folder/check_receipt.mjs RECEIPT $key")
echo "1..$((3 * ${#programs[@]} + 1))"
for program in "${programs[@]}"; do
    read -ra words <<<"$program"
    check_all "${words[0]##*/}" "${words[@]}"
    ok "so it does with another key" refuses_key "${words[@]/#$key/KEY}"
done
ok "cowry says how it is used" eval '! "$cowry" receipt check 2>"$folder/out" && grep -q usage "$folder/out"'
exit $failed
