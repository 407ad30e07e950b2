#!/bin/bash
# What starts PostgreSQL in the stand-in of postgres:15. It follows the documentation of the official image: the variables
# POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD (each also with _FILE), POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, PGDATA;
# at the first start the cluster is made, a temporary server takes the scripts of /docker-entrypoint-initdb.d, then the real one starts.
set -euo pipefail

fail() { echo "Error: $*" >&2; exit 1; }

# from_file NAME DEFAULT: take a variable from the file that NAME_FILE names.
from_file() {
    local file="$1_FILE"
    [ -z "${!1:-}" ] || [ -z "${!file:-}" ] || fail "both $1 and $file are set (but are exclusive)"
    if [ -n "${!file:-}" ]; then export "$1=$(<"${!file}")"; else export "$1=${!1:-$2}"; fi
    unset "$file"
}

query() { psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" "$@"; }

make_cluster() {
    [ -n "$POSTGRES_PASSWORD" ] || [ "${POSTGRES_HOST_AUTH_METHOD:-}" = trust ] || fail \
        "Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser."
    # shellcheck disable=SC2086 # several arguments are meant
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
    echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
}

run_scripts() {
    local script
    for script in /docker-entrypoint-initdb.d/*; do
        case "$script" in
            *.sh) echo "$0: running $script"; if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
            *.sql) echo "$0: running $script"; query --dbname "$POSTGRES_DB" -f "$script" ;;
            *.sql.gz) echo "$0: running $script"; gunzip -c "$script" | query --dbname "$POSTGRES_DB" ;;
            */\*) ;;
            *) echo "$0: ignoring $script" ;;
        esac
    done
}

first_start() {
    make_cluster
    # Reachable by a socket in this container only, so that nobody takes it for the real one.
    pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
    if [ "$POSTGRES_DB" != postgres ]; then
        query --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
    fi
    export PGPASSWORD="${PGPASSWORD-$POSTGRES_PASSWORD}"
    run_scripts
    unset PGPASSWORD
    pg_ctl -D "$PGDATA" -m fast -w stop
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

[ "${1:0:1}" != "-" ] || set -- postgres "$@"
if [ "${1:-}" = postgres ]; then
    if [ "$(id -u)" = 0 ]; then
        mkdir -p "$PGDATA" /run/postgresql
        chmod 0700 "$PGDATA"
        chown -R postgres:postgres "$PGDATA" /run/postgresql
        exec setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=-all "$0" "$@"
    fi
    if [ -s "$PGDATA/PG_VERSION" ]; then
        printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    else
        from_file POSTGRES_USER postgres
        from_file POSTGRES_PASSWORD ""
        from_file POSTGRES_DB "$POSTGRES_USER"
        first_start
    fi
    set -- "$@" -c "listen_addresses=*"
fi
exec "$@"
