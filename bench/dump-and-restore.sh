#!/usr/bin/env bash
# What a careful team would run by hand: hash a dump, back up, restore into an empty database, hash a dump again.
# Usage: PGHOST=… PGPORT=… PGUSER=… dump-and-restore.sh DATABASE FOLDER
# Prints the microseconds of each part, and whether the hashes are equal. They may differ although every row came back:
# a dump has the rows in the order in which they lie on disk. Sorting them first would take longer.
set -euo pipefail
database=$1 folder=$2
restored="${database}_restored"

part() {
  local name=$1 began=${EPOCHREALTIME/[.,]/}
  shift
  "$@"
  echo "$name $((${EPOCHREALTIME/[.,]/} - began))"
}
# Newer versions write a random key for psql into every dump; the rest is the same for the same content.
hash_of() { pg_dump "$1" | grep -v -E '^\\(un)?restrict ' | sha256sum >"$2"; }
backup() { pg_dump -Fc -f "$folder/backup.dump" "$database"; }
restore() {
  psql -X -q -d postgres -c "create database \"$restored\" template template0"
  pg_restore --exit-on-error -d "$restored" "$folder/backup.dump"
}

part before hash_of "$database" "$folder/before.sha256"
part backup backup
part restore restore
part after hash_of "$restored" "$folder/after.sha256"
if cmp -s "$folder/before.sha256" "$folder/after.sha256"; then echo "same 1"; else echo "same 0"; fi
psql -X -q -d postgres -c "drop database \"$restored\""
