#!/bin/bash
# Receipts are checked by `cowry receipt check`, by the programs of docs/receipts.md and by the page
# /receipt/: all accept a valid one, and none accepts one with a member changed. Prints TAP.
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

# The same receipt in other forms, which the strict programs refuse.
write_odd() {
    python3 - "$receipt" "$folder/odd" <<'END'
import os, sys

text = open(sys.argv[1], encoding="utf-8").read()
os.mkdir(sys.argv[2])
for name, old, new in [
    ("repeated", '"index":8', '"index":8,"index":8'),
    ("repeated-escape", '"index":8', '"index":8,"\\u0069ndex":8'),
    ("repeated-inside", '"mode":"test"', '"mode":"test","mode":"test"'),
    ("decimal", '"index":8', '"index":8.0'),
    ("exponent", '"size":15', '"size":15e0'),
    ("text", '"size":15', '"size":"15"'),
    ("nil", '"reverses":null', '"reverses":"00000000-0000-0000-0000-000000000000"'),
    ("capital", '"id":"01a232a5-22a8-7090-87f6-bf', '"id":"01a232a5-22a8-7090-87f6-BF'),
    ("salt", "36bf60a6", "36BF60A6"),
    ("base64", "PE07tE=", "PE07tF="),
    ("unpadded", "PE07tE=", "PE07tE"),
    ("control", "Lunch", "Lunch\\u007f"),
    ("signature-line", 'EwA=\\n"', 'EwA=\\nx\\n"'),
    ("signature-space", "— pay", "—  pay"),
    ("no-newline", 'EwA=\\n"', 'EwA="'),
    ("marked", '{"format"', '\ufeff{"format"'),
    ("behind", "}\n", "}\n{}\n"),
    ("list", text, "[" + text + "]"),
    ("empty", text, "{}"),
]:
    assert text.replace(old, new) != text, name
    with open(os.path.join(sys.argv[2], name), "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))
END
}

# accepts COMMAND...: the valid one, and prints what it says.
accepts() {
    "$@" >"$folder/out" 2>&1 && grep -q '^valid$' "$folder/out" && grep -q 'Lunch' "$folder/out" &&
        grep -q 'ref-01a232a5-22a7' "$folder/out" || { sed 's/^/# /' "$folder/out" && false; }
}

# refuses FOLDER COMMAND...: each that was changed, a file before the key.
refuses() {
    local file from=$1 result=0
    shift
    for file in "$from"/* "$from"/.[!.]*; do
        [[ -e $file ]] || continue
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

# name_of COMMAND
name_of() {
    local program=${1%% *}
    [[ $1 == *receipt_page* ]] && echo "the page" || echo "${program##*/}"
}

check_all() {
    local name=$1
    shift
    ok "$name accepts a valid receipt" accepts "${@/RECEIPT/$receipt}"
    ok "$name refuses it with a member changed" refuses "$folder/changed" "$@"
}

# In base64url, as in links.
link() {
    python3 -c 'import base64, sys, zlib
data = open(sys.argv[1], "rb").read() * int(sys.argv[2])
print("https://pay.example/receipt/#" + base64.urlsafe_b64encode(zlib.compress(data, 9)).rstrip(b"=").decode())' "$@"
}

page() {
    node "$srcdir/tests/docs/receipt_page.mjs" "$srcdir/nginx/receipt" "$@" "$key"
}

refuses_link() {
    ! page "$1" >"$folder/out" 2>&1 && grep -q "not valid: $2" "$folder/out"
}

check_page() {
    local good
    good=$(link "$receipt" 1)
    ok "the page takes it from a link" accepts page "$good"
    ok "no part of one" refuses_link "${good::-8}" "the link is damaged"
    ok "none with another letter" refuses_link "${good:0:200}!${good:201}" "the link has no receipt"
    ok "none that becomes too large" refuses_link "$(link "$receipt" 5000)" "the link is too large"
    ok "without Ed25519 nothing is valid" eval '! WITHOUT_ED25519=1 page "$receipt" >"$folder/out" 2>&1 &&
        grep -q "^not checked: .*Ed25519" "$folder/out" && ! grep -q "^valid" "$folder/out"'
    ok "what differs is said without Ed25519, too" eval '! WITHOUT_ED25519=1 page "$folder/odd/nil" >"$folder/out" 2>&1 &&
        grep -q "^not valid: reverses is not an id" "$folder/out"'
    ok "the page has the decimals of every currency" test \
        "$(grep -cE '^    [A-Z]{3}: [0-4],$' "${top_builddir:?}/nginx/receipt/currencies.js")" = \
        "$(grep -c '^CURRENCY(' "$srcdir/src/base/currency.def")"
}

# Neither settings nor a database.
export COWRY_ENVIRONMENT=none COWRY_DATABASE_URL=none COWRY_ENV_FILE=$folder/none
cowry=${top_builddir:?}/cowry
save_blocks
change && write_odd || { echo "Bail out! no receipts" && exit 1; }
programs=("$cowry receipt check RECEIPT --key $key" "python3 $folder/check_receipt.py RECEIPT $key")
strict=("${programs[0]}")
if [[ $(command -v node) ]]; then
    strict+=("node $srcdir/tests/docs/receipt_page.mjs $srcdir/nginx/receipt RECEIPT $key")
    programs+=("node $folder/check_receipt.mjs RECEIPT $key" "${strict[1]}")
fi
echo "1..$((3 * ${#programs[@]} + ${#strict[@]} + (${#strict[@]} > 1 ? 7 : 0) + 1))"
for program in "${programs[@]}"; do
    read -ra words <<<"$program"
    check_all "$(name_of "$program")" "${words[@]}"
    ok "so it does with another key" refuses_key "${words[@]/#$key/KEY}"
done
for program in "${strict[@]}"; do
    read -ra words <<<"$program"
    ok "$(name_of "$program") refuses other forms of it" refuses "$folder/odd" "${words[@]}"
done
((${#strict[@]} == 1)) || check_page
ok "cowry says how it is used" eval '! "$cowry" receipt check 2>"$folder/out" && grep -q usage "$folder/out"'
exit $failed
