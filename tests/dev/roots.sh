# Roots of other releases of Debian, for stages of ./dev check: debootstrap makes them, and what runs in
# one has namespaces of its own, so that no mount and no process is left of it.
# shellcheck shell=bash

# make_root RELEASE: a minimal system in build/check/RELEASE, kept for the next time; sets ROOT.
make_root() {
    ROOT=$BUILD/check/$1
    if [[ $ME != root ]]; then
        echo "make_root: FAIL: only root can make and enter a root of Debian"
        return 1
    fi
    if [[ ! -e $ROOT/etc/cowry-root ]]; then
        rm -rf "$ROOT"
        debootstrap --variant=minbase "$1" "$ROOT"
        touch "$ROOT/etc/cowry-root"
    fi
    share_network
}

# The root has this machine's name servers, and trusts what this machine's administrator trusts.
share_network() {
    local added=/usr/local/share/ca-certificates
    cp -L /etc/resolv.conf /etc/hosts "$ROOT/etc/"
    mkdir -p "$ROOT$added"
    cp -rL "$added/." "$ROOT$added/"
}

# copy_checkout: to /srv/cowry of the root, without what is made; the build there is kept.
copy_checkout() {
    local target=$ROOT/srv/cowry
    mkdir -p "$target"
    find "$target" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    tar -C "$CHECKOUT" --exclude=./.git --exclude=node_modules --exclude='./build*' --exclude=./configure \
        --exclude=./aclocal.m4 --exclude=./autom4te.cache --exclude=Makefile.in -cf - . |
        tar -C "$target" -xf -
    chown -R root:root "$target"
}

# in_root COMMAND...
in_root() {
    unshare --mount --pid --fork --kill-child bash "$SELF" enter_root "$ROOT" "$@"
}

# enter_root ROOT COMMAND...: the process of in_root.
command_enter_root() {
    local root=$1 certificates=/etc/ssl/certs/ca-certificates.crt
    set -e
    # What runs there may make namespaces, too, for which its root has to be a mount.
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    exec chroot "$root" env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        NODE_EXTRA_CA_CERTS="$certificates" npm_config_cafile="$certificates" "${@:2}"
}
