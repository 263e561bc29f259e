# Building the checkout, and installing it into the state folder.
# shellcheck shell=bash disable=SC2015

# Make decides what is out of date; two copies that share a checkout take turns.
build_checkout() {
    configure_build
    make -j"$(nproc)" 8>&- || fail_step "$(grep -m 1 -E ': error|: fatal|[*][*][*]' "$LOG/build.log" || true)"
}

# Enter the build folder, configured.
configure_build() {
    prepare_build
    cd "$BUILD" || exit
    [[ -x config.status && -f Makefile ]] || ../configure 8>&-
}

# The build folder, locked, and the configure script.
prepare_build() {
    [[ $CHECKOUT =~ ^/[A-Za-z0-9._/+@-]+$ ]] ||
        fail_step "autoconf can't build in a path with such characters: $CHECKOUT; move the checkout"
    mkdir -p "$BUILD" && [[ -w $BUILD ]] || fail_step "$BUILD can't be written; copy the checkout"
    lock_build
    cd "$CHECKOUT" || exit
    [[ -x configure && -f Makefile.in ]] || autoreconf -i 8>&-
}

# Held until the step ends.
lock_build() {
    exec 8>"$BUILD/.lock"
    flock 8
}

fetch_reference() {
    lock_build
    make -C "$BUILD" api-doc 8>&- || fail_step "npm could not fetch Swagger UI"
}

# What runs is what `make install` gives, with unchanged files left alone. It lies in the state folder,
# since other users may not be able to read the checkout.
install_image() {
    lock_build
    make -C "$BUILD" install prefix="$IMAGE" INSTALL="/usr/bin/install -C" 8>&-
}

# The OpenAPI documents, which nginx serves.
write_documents() {
    local dialect www=$SHARE/www/openapi
    mkdir -p "$www"
    for dialect in $DIALECTS; do
        run_cowry openapi "$dialect" >"$www/$dialect.json.new"
        jq -e .openapi "$www/$dialect.json.new"
        mv "$www/$dialect.json.new" "$www/$dialect.json"
    done
}
