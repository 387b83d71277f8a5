#!/bin/sh
# The images that the test of the containers begins with, of this machine's own Debian packages: one with Python,
# PostgreSQL and Redis, and one that starts PostgreSQL as its official image does. What is there already stays.
set -eu
cd "$(dirname "$0")"
if ! docker image inspect blockwright-base:test >/dev/null 2>&1; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    debootstrap --variant=minbase --include=python3-minimal,python3-venv,ca-certificates,postgresql,redis-server \
        bookworm "$folder/root" > "$folder/log" 2>&1 || { tail "$folder/log"; exit 1; }
    rm -rf "$folder/root/var/cache/apt/archives" "$folder/root/var/lib/apt/lists"
    tar -C "$folder/root" -c . | docker import - blockwright-base:test > /dev/null
fi
DOCKER_BUILDKIT=0 docker build --quiet --build-arg BASE=blockwright-base:test --tag blockwright-postgres:test . 2>/dev/null
