# Debian packages: what is needed, and how what is missing gets installed.
# shellcheck shell=bash

readonly PACKAGES="autoconf automake gcc libc6-dev make pkg-config libfcgi-dev libjson-c-dev
    libpq-dev libssl-dev libjwt-dev libcmocka-dev libcurl4-openssl-dev libargon2-dev libhpdf-dev
    libqrencode-dev libcrypt-dev libidn2-dev libunistring-dev zlib1g-dev postgresql
    nginx spawn-fcgi curl jq openssl ca-certificates procps"

# missing_packages [PACKAGE]...: of those that are always needed, and these.
missing_packages() {
    local package wanted="$PACKAGES $*"
    command -v npm >/dev/null || wanted="$wanted npm"
    for package in $wanted; do
        [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == "install ok installed" ]] ||
            echo "$package"
    done
}

run_root() {
    if [[ $ME == root ]]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {
    run_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get -y \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef \
        -o Dpkg::Options::=--force-confold --no-install-recommends install "$@"
}

# Debian starts what it installs and makes a cluster for PostgreSQL. We need neither, and ports
# may be taken: a policy that lasts as long as this process says no, and a setting for the cluster.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.conf kept=

    rm -f "$NOTES/apt"
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\n[ ! -d /proc/%s ] || exit 101\n' $$ | run_root tee "$policy" >/dev/null
        run_root chmod 755 "$policy"
    else
        policy=
    fi
    if [[ " $* " == *" postgresql "* ]]; then
        apt_install postgresql-common
        if ! grep -q '^ *create_main_cluster' "$cluster"; then
            kept=$cluster.cowry
            run_root cp -p "$cluster" "$kept"
            echo 'create_main_cluster = false' | run_root tee -a "$cluster" >/dev/null
        fi
    fi
    apt_install "$@" || echo "apt-get failed" >"$NOTES/apt"
    [[ ! $kept ]] || run_root mv "$kept" "$cluster"
    [[ ! $policy ]] || run_root rm -f "$policy"
    [[ ! -e $NOTES/apt ]]
}

# install_packages [PACKAGE]...: what is missing of those that are always needed, and of these.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0
    command -v apt-get >/dev/null || fail_step "these Debian packages are missing: ${missing[*]}"
    run_root true || fail_step "sudo is needed to install: apt-get install ${missing[*]}"
    if ! install_quietly "${missing[@]}"; then
        run_root apt-get -o DPkg::Lock::Timeout=300 update
        install_quietly "${missing[@]}" || fail_step "apt-get could not install ${missing[*]}"
    fi
    add_note "installed ${missing[*]}"
}

# ask_for_sudo [PACKAGE]...: sudo may have to ask for a password, which it can't do within a step.
ask_for_sudo() {
    [[ $ME != root && -t 0 && $(missing_packages "$@") ]] && command -v sudo >/dev/null && sudo -v
    return 0
}
