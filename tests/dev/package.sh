# ./dev package: the Debian packages, from what `make dist` packs.
# shellcheck shell=bash

readonly PACKAGE_PACKAGES="debhelper dpkg-dev lintian"

# The version of configure.ac, which debian/changelog must have, too.
source_version() {
    sed -nE 's/^AC_INIT\(\[cowry\], \[([^]]+)\].*/\1/p' "$CHECKOUT/configure.ac"
}

install_packagers() {
    local packages
    mapfile -t packages < <(xargs -n 1 <<<"$PACKAGE_PACKAGES")
    install_packages "${packages[@]}"
}

# A source tree of the package, with Swagger UI, which a build without network can't fetch.
unpack_source() {
    local version tree swagger=nginx/api-doc/node_modules/swagger-ui-dist
    version=$(source_version)
    grep -q "^cowry ($version) " "$CHECKOUT/debian/changelog" ||
        fail_step "debian/changelog does not begin with $version, the version of configure.ac"
    lock_build
    make -C "$BUILD" dist 8>&-
    rm -rf "$BUILD/package"
    mkdir -p "$BUILD/package"
    tar -C "$BUILD/package" -xf "$BUILD/cowry-$version.tar.xz"
    tree=$BUILD/package/cowry-$version
    mkdir -p "$tree/$swagger"
    cp "$BUILD/$swagger"/{swagger-ui-bundle.js,swagger-ui.css,LICENSE,NOTICE} "$tree/$swagger/"
}

# The unit tests are left to ./dev test.
build_packages() {
    cd "$BUILD/package/cowry-$(source_version)" || exit
    env -u CC -u LDFLAGS DEB_BUILD_OPTIONS="parallel=$(nproc) nocheck" dpkg-buildpackage -b -us -uc
    add_note "$(cd .. && echo *.deb)"
}

# Everything that lintian knows must be in order, or overridden with a reason.
examine_packages() {
    cd "$BUILD/package" || exit
    lintian --allow-root --display-info --pedantic --tag-display-limit 0 \
        --fail-on error,warning,info,pedantic ./*.changes ||
        fail_step "lintian has complaints"
}

command_package() {
    (($# == 0)) || show_usage package ""
    open_build .package-lock package
    run_step "Packages" "$LOG/packages.log" install_packagers
    : >"$LOG/build.log"
    run_step "Build" "$LOG/build.log" build_checkout
    run_step "Reference page" "$LOG/npm.log" fetch_reference
    run_step "Source" "$LOG/package.log" unpack_source
    run_step "Debian packages" "$LOG/package.log" build_packages
    run_step "Lintian" "$LOG/lintian.log" examine_packages
    printf '\n%s\n' "$BUILD"/package/*.deb
}
