# The stages of ./dev check that need other machines: other releases of Debian, other versions of PostgreSQL,
# machines that are set up, upgraded or lost. Each runs in a process of its own.
# shellcheck shell=bash

# docs/installing.md on new machines, which only root can boot, and for which Debian is fetched.
stage_install() {
    mkdir -p "$BUILD/check/install"
    cd "$BUILD/check/install" || exit
    run_root env PATH="$PATH" "$CHECKOUT/tests/install/run" | tee install.tap
    # A stage does not pass by running nothing.
    ! sed -n 's/^1\.\.0 # SKIP /install: FAIL: /p' install.tap | grep .
}

# From the release before to this one, under load.
stage_upgrade() {
    mkdir -p "$BUILD/check/upgrade"
    cd "$BUILD/check/upgrade" || exit
    "$CHECKOUT/tests/upgrade/run" | tee upgrade.tap
    ! sed -n 's/^1\.\.0 # SKIP /upgrade: FAIL: /p' upgrade.tap | grep .
}

# The Debian packages: built, then installed, upgraded under load, removed and purged in a container.
stage_package() {
    "$SELF" package
    run_root env PACKAGE_BASE="$BUILD/check/package" "$CHECKOUT/tests/package/run" "$BUILD/package"
}

# test_on RELEASE [OPTION]: ./dev test there, with gcc's warnings as errors, on a machine where much is
# different.
test_on() {
    make_root "$1"
    mkdir -p "$ROOT/usr/local/etc"
    echo enable_werror=yes >"$ROOT/usr/local/etc/config.site"
    copy_checkout
    in_root /srv/cowry/dev prepare
    in_root /srv/cowry/tests/odd-machine /srv/cowry/dev test "${@:2}"
}

# Debian 13: another compiler, PostgreSQL 17, other libraries and web servers.
stage_trixie() {
    test_on trixie --short
}

stage_trixie_all() {
    test_on trixie
}

# The tests of db/ and api/ with servers of other major versions than Debian's.
stage_postgresql() {
    local server tests status=0
    cd "$BUILD" || exit
    tests=$(make -s database-tests)
    for server in tests/postgresql/servers/*; do
        echo "PostgreSQL ${server##*/}"
        COWRY_TEST_POSTGRESQL_BIN=$PWD/$server/bin make -j"$JOBS" check TESTS="$tests" VERBOSE=1 || status=1
    done
    return "$status"
}

# The database machine dies, and two web hosts share a database; in network namespaces, which need root.
stage_failover() {
    local status=0
    configure_stage failover
    make -j"$JOBS"
    run_root env BUILD="$PWD" "$CHECKOUT/tests/failover/run" --short || status=1
    run_root env BUILD="$PWD" "$CHECKOUT/tests/failover/hosts" || status=1
    return "$status"
}

# A copy of everything is attacked.
stage_security() {
    mkdir -p "$BUILD/check/security"
    cd "$BUILD/check/security" || exit
    "$CHECKOUT/tests/security/run" | tee security.tap
    ! sed -n 's/^1\.\.0 # SKIP /security: FAIL: /p' security.tap | grep .
}
