#!/bin/bash
# The packages in a root in which no systemd runs, such as an image that is being built.
export E2E=/root/work
mkdir -p "$E2E"
# shellcheck source=tests/e2e/lib.sh
. /root/e2e/lib.sh

ok "the packages are installed" dpkg -i /root/packages/cowry_*.deb /root/packages/cowry-sandbox_*.deb
for user in cowry cowry-owner; do
    ok "the user $user was made" getent passwd $user
done
for folder in /etc/cowry/secrets /run/cowry /var/spool/cowry/mail; do
    ok "the folder $folder was made" test -d $folder
done
for program in cowry cowry-worker cowry-jobs cowry-sandbox; do
    like "$program runs" "$($program --version)" "^$program [0-9]"
done
ok "manual pages are there" test -e /usr/share/man/man1/cowry.1.gz -a -e /usr/share/man/man8/cowry-sandbox.8.gz

# completed WORD...: what bash offers for the last one.
completed() {
    COMP_WORDS=(cowry "$@") COMP_CWORD=$#
    _cowry
    echo "${COMPREPLY[*]}"
}

. /usr/share/bash-completion/completions/cowry
is "every command is completed" "$(completed "" | tr ' ' '\n')" \
    "$(cowry help | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort -u)"
is "and its verbs" "$(completed jobs "")" "list park retry"
is "and its options" "$(completed jobs list --)" "--kind --status"

ok "an upgrade over itself" dpkg -i /root/packages/cowry_*.deb
mkdir -p /etc/cowry/secrets
touch /etc/cowry/secrets/pepper.key /etc/cowry/cowry.env
ok "removal" dpkg -r cowry cowry-sandbox
ok "keeps settings and keys" test -e /etc/cowry/cowry.env -a -e /etc/cowry/secrets/pepper.key
ok "purge" dpkg -P cowry cowry-sandbox
ok "keeps the keys only" test ! -e /etc/cowry/cowry.env -a -e /etc/cowry/secrets/pepper.key
rm /etc/cowry/secrets/pepper.key
ok "installed once more" dpkg -i /root/packages/cowry_*.deb
ok "and purged" dpkg -P cowry
ok "without keys nothing is left" test ! -e /etc/cowry -a ! -e /var/spool/cowry -a ! -e /usr/share/cowry

done_testing
