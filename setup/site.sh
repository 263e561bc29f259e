# nginx: the site of Cowry beside those of the operator, and its certificate.
# shellcheck shell=bash

readonly SITE_PARTS=/etc/nginx/cowry
SITE=/etc/nginx/sites-available/cowry
# Debian includes sites in the order of their names: as the last one it is the default server of no
# address that another site has.
SITE_LINK=/etc/nginx/sites-enabled/zz-cowry
if [[ ! -d /etc/nginx/sites-available ]]; then
    SITE=/etc/nginx/conf.d/zz-cowry.conf SITE_LINK=''
fi
readonly SITE SITE_LINK

# site_value DIRECTIVE: its arguments in the last server of the site, which is the one for https.
site_value() {
    sed -nE "s/^ *$1 +(.*);\$/\1/p" "$SITE" 2>/dev/null | tail -n 1
}

# site_port SUFFIX: of the last address that is listened on, with or without TLS.
site_port() {
    sed -nE "s/^ *listen ([0-9]+)$1( http2)?;\$/\1/p" "$SITE" 2>/dev/null | tail -n 1
}

tls_value() {
    sed -nE "s/^$1 +(.*);\$/\1/p" "$SITE_PARTS/tls.conf" 2>/dev/null
}

# replace_certificate NAME...: the old one is needed again if nginx refuses the site.
replace_certificate() {
    [[ ! -s $TLS/server.pem ]] || cp -a "$TLS" "$NOTES/old-tls"
    issue_certificate "$TLS" "$@"
    : >"$NOTES/new-certificate"
}

provide_certificate() {
    if [[ $CERTIFICATE == "$TLS/server.pem" ]]; then
        certificate_serves "$TLS" "${NAMES[0]}" ||
            make_change "issue a certificate for ${NAMES[*]}; clients trust $TLS/ca.pem" \
                replace_certificate "${NAMES[@]}"
        return
    fi
    [[ -s $CERTIFICATE ]] || fail_step "there is no certificate $CERTIFICATE"
    [[ -s $CERTIFICATE_KEY ]] || fail_step "there is no key $CERTIFICATE_KEY"
    [[ $(openssl x509 -noout -pubkey -in "$CERTIFICATE") == "$(openssl pkey -pubout -in "$CERTIFICATE_KEY")" ]] ||
        fail_step "$CERTIFICATE_KEY is not the key of $CERTIFICATE"
    openssl x509 -noout -checkend 0 -in "$CERTIFICATE" || fail_step "$CERTIFICATE has expired"
    certificate_names "$CERTIFICATE" "${NAMES[0]}" || fail_step "$CERTIFICATE is not for ${NAMES[0]}"
    add_note "$CERTIFICATE"
}

# listen_addresses PORT
listen_addresses() {
    local ipv6=''
    [[ ! -s /proc/net/if_inet6 ]] || ipv6=" [::]:$1"
    echo "$1$ipv6"
}

# Those that are enabled, or the two of cowry.target.
worker_numbers() {
    local unit numbers=(1 2)
    for unit in /etc/systemd/system/cowry.target.wants/cowry@*.service; do
        [[ $unit =~ @([0-9]+)\.service$ ]] && numbers+=("${BASH_REMATCH[1]}")
    done
    printf '%s\n' "${numbers[@]}" | sort -nu
}

# setting_or NAME DEFAULT
setting_or() {
    local value
    value=$(read_setting "$1" "$SETTINGS")
    echo "${value:-$2}"
}

# render_site FOLDER: into it, as if it were the one of nginx.
render_site() {
    local connections
    connections=$(sed -nE 's/^ *worker_connections +([0-9]+);.*/\1/p' /etc/nginx/nginx.conf | tail -n 1)
    "$SHARE/nginx/render" "$1" "CONF=$SITE_PARTS" "SITE=$1/site" "SERVER_NAMES=${NAMES[*]}" \
        "HTTPS_LISTEN=$(listen_addresses "$HTTPS_PORT")" "HTTP_LISTEN=$(listen_addresses "$HTTP_PORT")" \
        "PUBLIC_PORT=$HTTPS_PORT" "CERTIFICATE=$CERTIFICATE" "CERTIFICATE_KEY=$CERTIFICATE_KEY" \
        "SOCKETS=$(worker_numbers | sed 's,.*,/run/cowry/&.sock,' | paste -sd' ')" "WWW=$SHARE/www" \
        "DOCUMENTS=$DOCUMENTS" "CONNECTIONS=${connections:-512}" "METRICS_LISTEN=127.0.0.1:9420" \
        "ALLOWED_ORIGINS=$(read_setting COWRY_ALLOWED_ORIGINS "$SETTINGS")" \
        "SEALS=$(setting_or COWRY_SEALS off)" "SEALS_DIR=$(setting_or COWRY_SEALS_DIR /var/lib/cowry/seals)"
}

# The sums of the files as they were written, by which changes of the operator are recognised.
site_sums() {
    (cd / && sha256sum "$SITE" "$SITE_PARTS"/*.conf)
}

# copy_site FROM: a folder with the parts and the site, to where nginx has them.
copy_site() {
    rm -rf "$SITE_PARTS"
    mkdir -p "$SITE_PARTS"
    cp -a "$1/." "$SITE_PARTS/"
    mv "$SITE_PARTS/site" "$SITE"
}

# save_site TO: the way back.
save_site() {
    [[ -d $SITE_PARTS && -e $SITE ]] || return 0
    cp -a "$SITE_PARTS" "$1"
    cp -a "$SITE" "$1/site"
}

# put_site FROM: unless nginx accepts it, everything is as before.
put_site() {
    local old=$NOTES/old-site linked=''
    save_site "$old"
    copy_site "$1"
    if [[ $SITE_LINK && ! -e $SITE_LINK && ! -e ${SITE_LINK/zz-/} ]]; then
        ln -s "$SITE" "$SITE_LINK"
        linked=1
    fi
    if ! nginx -t -q 2>"$NOTES/nginx"; then
        cat "$NOTES/nginx"
        [[ ! $linked ]] || rm -f "$SITE_LINK"
        [[ ! -d $NOTES/old-tls ]] || cp -a "$NOTES/old-tls/." "$TLS/"
        if [[ -d $old ]]; then copy_site "$old"; else rm -rf "$SITE" "$SITE_PARTS"; fi
        fail_step "nginx refuses its configuration, which is as before: $(tail -n 1 "$NOTES/nginx")"
    fi
    site_sums >"$SITE_PARTS/.sums"
    reload_nginx
}

# Whether the site is as an earlier run has written it; if there is none, it is.
site_untouched() {
    [[ ! -e $SITE_PARTS/.sums ]] || sha256sum --check --status "$SITE_PARTS/.sums"
}

# same_site FROM
same_site() {
    diff -q -r -x site -x .sums "$1" "$SITE_PARTS" && cmp -s "$1/site" "$SITE" &&
        [[ ! $SITE_LINK || -e $SITE_LINK || -e ${SITE_LINK/zz-/} ]]
}

install_site() {
    local new=$NOTES/site
    render_site "$new"
    if same_site "$new"; then
        add_note "$SITE"
        [[ ! -e $NOTES/new-certificate ]] || make_change "reload nginx" reload_nginx
    elif site_untouched; then
        make_change "write $SITE and $SITE_PARTS" put_site "$new"
    else
        add_note "$SITE or $SITE_PARTS were changed by hand, and are kept"
    fi
}

reload_nginx() {
    if [[ ! $START ]]; then
        return 0
    elif has_systemd; then
        systemctl reload-or-restart nginx
        systemctl -q enable nginx
    elif [[ -s /run/nginx.pid ]] && kill -0 "$(</run/nginx.pid)" 2>/dev/null; then
        nginx -s reload
    fi
}
