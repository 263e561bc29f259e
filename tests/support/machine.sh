# A machine: a root of a release of Debian in which systemd runs, with a network of its own that leads
# nowhere. ROOT is its folder, WORK that of the test. Needs root, debootstrap and systemd-nspawn.
# shellcheck shell=bash disable=SC2034

ROOT=''
KEEPER=''
LEADER=''

# make_release SUITE FOLDER: a root of this release.
make_release() {
    mkdir -p "$2"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps "$1" "$2"
}

# throw_away BASE NAME: a copy of this root that takes no space; sets ROOT.
throw_away() {
    ROOT=$WORK/$2
    mkdir -p "$ROOT" "$ROOT.upper" "$ROOT.work"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$ROOT.upper,workdir=$ROOT.work" "$ROOT"
    cp -L /etc/resolv.conf "$ROOT/etc/resolv.conf"
}

# in_root COMMAND...: without systemd, with the network of this machine.
in_root() {
    # shellcheck disable=SC2016
    unshare -mpf --kill-child --propagation private bash -c '
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/run" &&
            exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
                DEBIAN_FRONTEND=noninteractive "${@:2}"' in_root "$ROOT" "$@" </dev/null
}

# can_boot: or the reason is printed, as TAP.
can_boot() {
    local program
    ((EUID == 0)) || { echo "1..0 # SKIP only root can boot a machine" && return 1; }
    for program in debootstrap systemd-nspawn unshare; do
        command -v "$program" >/dev/null || { echo "1..0 # SKIP $program is not installed" && return 1; }
    done
}

# boot: sets LEADER, the first process of the machine.
boot() {
    local i
    systemd-nspawn -q -D "$ROOT" --register=no --keep-unit --boot --private-network \
        --machine="cowry-$$" </dev/null >"$WORK/console" 2>&1 &
    KEEPER=$!
    for ((i = 0; i < 600; i++)); do
        LEADER=$(pgrep -P "$KEEPER" | head -n 1)
        [[ ! $LEADER ]] || ! inside systemctl is-system-running 2>/dev/null | grep -E 'running|degraded' >/dev/null || return 0
        kill -0 "$KEEPER" 2>/dev/null || break
        sleep 0.1
    done
    return 1
}

inside() {
    nsenter -t "$LEADER" -a env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LC_ALL=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive "$@"
}

# discard: power the machine off, if it runs, and remove its root.
discard() {
    if [[ $KEEPER ]]; then
        inside systemctl poweroff 2>/dev/null || kill -KILL "$KEEPER"
        wait "$KEEPER"
        KEEPER='' LEADER=''
    fi
    [[ ! $ROOT ]] || ! mountpoint -q "$ROOT" || umount "$ROOT"
    [[ ! $ROOT ]] || rm -rf --one-file-system "$ROOT" "$ROOT.upper" "$ROOT.work"
    ROOT=''
}

finish() {
    if [[ ${KEEP:-} ]]; then
        echo "# kept: nsenter -t $LEADER -a bash; $WORK"
        return
    fi
    discard
    rm -rf --one-file-system "$WORK"
}
