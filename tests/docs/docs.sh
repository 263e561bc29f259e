#!/bin/bash
# The documents agree with the tree: blocks, links, names, words. What the commands of the documents
# do is tested by tests/e2e/15-docs.t.sh. Each rule first finds a planted violation. Prints TAP.
# shellcheck disable=SC2016,SC2317
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
srcdir=$(cd "${srcdir:?}" && pwd)
: "${top_builddir:?}"
number=0
failed=0

documents() {
    (cd "$1" && find . -path './build*' -prune -o -name node_modules -prune -o -name '*.md' -print |
        sed 's,^\./,,' | LC_ALL=C sort)
}

# Those whose blocks are commands for the reader.
guides() {
    documents "$1" | grep -E '^(README\.md|docs/)'
}

# blocks TREE FILE: see blocks.awk; the bodies are in $folder/blocks.
blocks() {
    rm -rf "$folder/blocks"
    mkdir -p "$folder/blocks"
    awk -v out="$folder/blocks" -f "$srcdir/tests/docs/blocks.awk" "$1/$2"
}

# Each rule prints what breaks it in a tree.

unknown_languages() {
    local file line language mark
    while read -r file; do
        while read -r _ line language _ mark; do
            case $language in
            sh | json | text | js | python | sql) ;;
            *) echo "$file:$line: a block of $language" ;;
            esac
            case $mark in
            '' | "not run: "* | "save as: "* | "new machine") ;;
            *) echo "$file:$line: a mark $mark" ;;
            esac
        done < <(blocks "$1" "$file")
    done < <(guides "$1")
}

not_run() {
    local file number language mark
    while read -r file; do
        while read -r number _ language _ mark; do
            [[ $language != sh || $mark != "not run: "* ]] ||
                echo "$file: $(head -n 1 "$folder/blocks/$number")"
        done < <(blocks "$1" "$file")
    done < <(guides "$1")
}

unlisted_blocks() {
    diff <(grep -v '^#' "$srcdir/tests/docs/not-run" | sort) <(not_run "$1" | sort) | grep '^[<>]'
}

# commands: one simple command a line, without keywords, assignments and redirections.
commands() {
    sed -E 's/(^|[[:space:]])#.*//; s/&&|\|\||;|\|/\n/g' |
        sed -E 's/^ *(do |sudo )?//; /^ *(for .*|do|done)? *$/d; s/>[^ ]+//g' |
        sed -E ':a; s/^[A-Z_]+=[^ ]* //; ta'
}

# has_options PROGRAM WORD...: its help names the long options among the words.
has_options() {
    local word
    for word in "${@:2}"; do
        [[ $word != --* ]] || grep -qF -- "${word%%=*}" <<<"$1" || { echo "no option $word" && return 1; }
    done
}

cowry_command() {
    local line
    [[ ${2:-} != [-\$]* ]] || set -- "$1" "" "${@:3}"
    line=$("$top_builddir/cowry" help | grep -E "^  $1 +(${2:-[^ ]*}( |\$)|  )") ||
        { echo "no command cowry $*" && return 1; }
    has_options "$line" "$@"
}

make_target() {
    local word
    while (($# > 0)); do
        word=$1
        shift
        case $word in
        -C) shift ;;
        TESTS=*) [[ -e $srcdir/${word#TESTS=} || -e $srcdir/${word#TESTS=}.c ]] ||
            { echo "no test ${word#TESTS=}" && return 1; } ;;
        *) grep -q "^$word:" "$top_builddir/Makefile" || { echo "no target $word" && return 1; } ;;
        esac
    done
}

units() {
    local word
    for word; do
        case $word in
        enable | reload | restart | start | stop | -*) ;;
        *@*) [[ -e $srcdir/systemd/${word%@*}@.service.in ]] || { echo "no unit $word" && return 1; } ;;
        *.target) [[ -e $srcdir/systemd/$word ]] || { echo "no unit $word" && return 1; } ;;
        *) [[ -e $srcdir/systemd/$word.service.in ]] || { echo "no unit $word" && return 1; } ;;
        esac
    done
}

# installed PROGRAM WORD...: a program of the system, if it is here, has these options.
installed() {
    ! command -v "$1" >/dev/null || has_options "$("$1" --help 2>&1)" "${@:2}"
}

render() {
    local word
    for word in "${@:3}"; do
        "$srcdir/nginx/render" 2>&1 | grep -q "^  ${word%%=*} " || { echo "no parameter $word" && return 1; }
    done
}

# A program of the checkout, and the files of it that it is given.
checkout_program() {
    local word
    [[ -x $srcdir/$1 ]] || { echo "no program $1" && return 1; }
    for word in "${@:2}"; do
        [[ $word != */* || -e $srcdir/$word ]] || { echo "no file $word" && return 1; }
    done
}

exists() {
    case $1 in
    ./dev) "$srcdir/dev" help | grep -q "^\./dev $2 " || { echo "no command ./dev $2" && return 1; } ;;
    cowry) cowry_command "${@:2}" ;;
    make) make_target "${@:2}" ;;
    ../configure) has_options "$("$srcdir/configure" --help)" "${@:2}" ;;
    systemctl) units "${@:2}" && installed "$@" ;;
    mkdir | cd | nginx | export | pkill) ;;
    */bin/cowry) cowry_command "${@:2}" ;;
    autoreconf | systemd-sysusers | systemd-tmpfiles) installed "$@" ;;
    */nginx/render) render "$@" ;;
    tests/*) checkout_program "$@" ;;
    *) echo "$1 is no program that this test knows" && return 1 ;;
    esac
}

missing_commands() {
    local file number line language _ mark words problem
    while read -r file; do
        while read -r number line language _ mark; do
            [[ $language == sh && $mark == "not run: "* ]] || continue
            while read -ra words; do
                problem=$(exists "${words[@]}") || echo "$file:$line: ${words[*]}: $problem"
            done < <(commands <"$folder/blocks/$number")
        done < <(blocks "$1" "$file")
    done < <(guides "$1")
}

# Text outside of blocks.
prose() {
    awk '/^ *```/ { inside = !inside; print ""; next } inside { print ""; next } { print }' "$1"
}

anchors() {
    prose "$1" | sed -nE 's/^#+ //p' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}

broken_links() {
    local file target path
    while read -r file; do
        while read -r target; do
            [[ $target != *://* ]] || continue
            path=${target%%#*}
            path=$1/$([[ $path ]] && { dirname "$file" | tr '\n' /; echo "$path"; } || echo "$file")
            if [[ ! -e $path ]]; then
                echo "$file: $target"
            elif [[ $target == *"#"* ]]; then
                anchors "$path" | grep -qx -- "${target#*#}" || echo "$file: $target"
            fi
        done < <(prose "$1/$file" | grep -oE '\]\([^)]+\)' | sed -E 's/^..(.*).$/\1/')
    done < <(documents "$1")
}

# Idioms that readers must not need to know; brackets keep them from being found here.
odd_words() {
    local file
    while read -r file; do
        prose "$1/$file" | grep -nwiE -e 'who[e]ver|an[e]w|couri[e]r|parc[e]l|rehears\w*|unprov[e]n|cr[e]w' \
            -e 'stands|lent|wherever|second wall|let in|let go|what waits|tak(e|es|en) down|took down' |
            sed "s,^,$file:,"
    done < <(documents "$1")
}

# Names in code spans of the folders' READMEs: identifiers, and paths.
spans() {
    prose "$1" | grep -oE '`[^`]+`' | tr -d '`' | LC_ALL=C sort -u
}

words_of_tree() {
    (cd "$srcdir" && find src sql nginx systemd tests dev configure.ac Makefile.am \
        -name node_modules -prune -o -type f ! -name '*.md' ! -path 'tests/docs/docs.sh' -print0 |
        xargs -0 grep -hoaE '[A-Za-z_][A-Za-z0-9_]*' | LC_ALL=C sort -u)
}

# is_path FOLDER PATH: in the folder of the README, below the root, or below a folder of it.
is_path() {
    local pattern
    pattern=$(sed -E 's/\./\\./g; s/\*/[^\/]*/g; s,/$,,' <<<"$2")
    grep -qE "^($1/|(src|tests|sql)/|)$pattern(\.in|\.[ch])?(/|\$)" "$folder/paths"
}

# is_dotted NAME: a file, or members of structs.
is_dotted() {
    local part
    ! grep -qE "/${1//./\\.}(\.in)?\$" "$folder/paths" || return 0
    for part in ${1//./ }; do
        grep -qxF -- "$part" "$folder/words" || return 1
    done
}

unknown_names() {
    local file span
    while read -r file; do
        while read -r span; do
            case $span in
            /* | ./* | .[a-z]* | *://* | *\<* | *…* | *" "* | *=* | *[\{\}\(\)\'\",\;:\$]* | build/* | corpus/) ;;
            */*) is_path "$(dirname "$file")" "$span" || echo "$file: $span" ;;
            *.*) is_dotted "$span" || echo "$file: $span" ;;
            *-*) ;;
            *) [[ ! $span =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || grep -qxF -- "$span" "$folder/words" ||
                echo "$file: $span" ;;
            esac
        done < <(spans "$1/$file" | sed -E 's/\(\)$//; s/^struct //; s/^enum //')
    done < <(documents "$1" | grep -E '^(src|sql|tests|nginx|systemd)/.*README\.md$')
}

# Folders of src that its README does not name.
unnamed_folders() {
    local path
    while read -r path; do
        grep -q "^| \`$path\` |" "$1/src/README.md" || echo "src/$path"
    done < <(cd "$srcdir/src" && find . -mindepth 1 -type d ! -name '.*' | sed 's,^\./,,' | LC_ALL=C sort)
}

# check NAME RULE FILE TEXT: the rule finds the text in a copy of the tree, and nothing in the tree. No
# text: an empty file.
check() {
    local found
    number=$((number + 1))
    cp --remove-destination "$srcdir/$3" "$copy/$3"
    chmod u+w "$copy/$3"
    if [[ $4 ]]; then
        printf '%b' "$4" >>"$copy/$3"
    else
        : >"$copy/$3"
    fi
    found=$("$2" "$srcdir")
    if [[ $("$2" "$copy") == "$found" ]]; then
        echo "not ok $number - $1: the rule does not find a violation"
        failed=1
    elif [[ $found ]]; then
        while read -r line; do echo "# $line"; done <<<"$found"
        echo "not ok $number - $1"
        failed=1
    else
        echo "ok $number - $1"
    fi
    cp --remove-destination "$srcdir/$3" "$copy/$3"
}

copy=$folder/copy
mkdir "$copy"
(cd "$srcdir" && cp -rs "$srcdir"/{src,sql,nginx,systemd,tests,docs,dev} "$copy" && cp -s "$srcdir"/*.md "$copy")
chmod -R u+w "$copy" 2>/dev/null
(cd "$srcdir" && find src sql nginx systemd tests docs dev -name node_modules -prune -o -print) >"$folder/paths"
words_of_tree >"$folder/words"

echo "1..10"
check "blocks have a known language" unknown_languages docs/sandbox.md '\n```sh\ntrue\n'
check "and known marks" unknown_languages docs/sandbox.md '\n<!-- new mashine -->\n```sh\ntrue\n```\n'
check "blocks that are not run are listed" unlisted_blocks docs/sandbox.md \
    '\n<!-- not run: new -->\n```sh\n./dev up\n```\n'
check "their programs and commands exist" missing_commands docs/sandbox.md \
    '\n<!-- not run: x -->\n```sh\ncowry secrets forget\n```\n'
check "and their options" missing_commands docs/sandbox.md \
    '\n<!-- not run: x -->\n```sh\ncd build && cowry secrets rotate --token-files\n```\n'
check "links lead somewhere" broken_links docs/sandbox.md '\n[x](../src/README.md#no-such-part)\n'
check "words are those of the field" odd_words sql/README.md '\nIt takes down\nwhat it stands for.\n'
check "names in READMEs exist" unknown_names src/README.md '\nSee `payment_guess`.\n'
check "paths in READMEs exist" unknown_names src/README.md '\nSee `app/payment/guess.c`.\n'
check "src/README.md names every folder" unnamed_folders src/README.md ''
exit $failed
