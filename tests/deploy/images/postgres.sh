#!/bin/sh
# What the official image of PostgreSQL does at its start, as far as compose.yaml relies on it.
set -eu
data=/var/lib/postgresql/data
programs=$(echo /usr/lib/postgresql/*/bin)
mkdir -p "$data" && chown postgres "$data" && chmod 700 "$data"
if [ ! -s "$data/PG_VERSION" ]; then
    secret=$(mktemp) && printf '%s' "$POSTGRES_PASSWORD" > "$secret" && chown postgres "$secret"
    su postgres -c "$programs/initdb --pgdata '$data' --username '$POSTGRES_USER' --encoding UTF8 --auth scram-sha-256 --auth-local trust --pwfile '$secret'"
    rm "$secret"
    su postgres -c "$programs/pg_ctl --pgdata '$data' --options '-c listen_addresses=' --wait start"
    su postgres -c "$programs/createdb --username '$POSTGRES_USER' '$POSTGRES_DB'"
    su postgres -c "$programs/pg_ctl --pgdata '$data' --mode fast --wait stop"
    echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
fi
exec su postgres -c "exec $programs/postgres -D '$data' -c listen_addresses='*'"
