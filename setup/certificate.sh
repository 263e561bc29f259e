# A certificate to begin with, of an authority of its own.
# shellcheck shell=bash

# certificate_serves FOLDER NAME: whether the one in it is for that host, and for more than ten days.
certificate_serves() {
    local file=$1/server.pem
    [[ -s $file && -s $1/server.key && -s $1/ca.pem ]] &&
        openssl x509 -noout -checkend 864000 -in "$file" >/dev/null &&
        certificate_names "$file" "$2"
}

# certificate_names FILE NAME: whether the certificate is for that host or address.
certificate_names() {
    local name=${2#[} check=-checkhost
    name=${name%]}
    [[ $name != *:* && ! $name =~ ^[0-9.]+$ ]] || check=-checkip
    openssl x509 -noout "$check" "$name" -in "$1" | grep "does match" >/dev/null
}

# alternative_names NAME...: of hosts and addresses, as OpenSSL wants them.
alternative_names() {
    local name
    for name; do
        name=${name#[} name=${name%]}
        if [[ $name == *:* || $name =~ ^[0-9.]+$ ]]; then
            echo "IP:$name"
        else
            echo "DNS:$name"
        fi
    done | paste -sd,
}

# issue_certificate FOLDER NAME...: a small authority signs one certificate and is then thrown away. Clients
# trust its certificate, ca.pem. The files replace earlier ones all together.
issue_certificate() {
    local new
    mkdir -p "$1"
    new=$(mktemp -d "$1/.new.XXXXXX")
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
        -subj "/CN=Cowry $(hostname)" -keyout "$new/ca.key" -out "$new/ca.pem" \
        -addext keyUsage=critical,keyCertSign,cRLSign
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=${2:0:64}" \
        -keyout "$new/server.key" -out "$new/server.csr"
    printf '%s\n' "subjectAltName=$(alternative_names "${@:2}")" \
        "basicConstraints=critical,CA:FALSE" "extendedKeyUsage=serverAuth" \
        "keyUsage=critical,digitalSignature" >"$new/server.ext"
    openssl x509 -req -in "$new/server.csr" -CA "$new/ca.pem" -CAkey "$new/ca.key" -CAcreateserial \
        -days 365 -extfile "$new/server.ext" -out "$new/server.pem"
    chmod 600 "$new/server.key"
    chmod 644 "$new/server.pem" "$new/ca.pem"
    mv "$new/server.key" "$new/server.pem" "$new/ca.pem" "$1/"
    rm -rf "$new"
}
