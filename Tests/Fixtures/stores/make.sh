#!/bin/sh
# Makes a store as an older waybill wrote it:  make.sh WAYBILL VERSION
#
# WAYBILL is the program of that time, VERSION its store's: the last commits that wrote version 1 to 11 are
# 91bde85^, 200bfaa^, 7fc90fc^, 66c1b6a^, 5b4298c, f9d6dd5, f1cf8f0, c112788, c1edf3e, 40f205e and 9d67b590. It is run twice on a small workspace: two drops of contacts, one of which corrects the
# other, a list, STOP, and a receipt; what leaves, waits, awaits its result and is paused stays as it is then. The database is
# vacuumed and compressed to VERSION.db.gz beside this script.
set -eu
waybill=$(realpath "$1")
version=$2
here=$(dirname "$(realpath "$0")")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cd "$root"
cat > waybill.json5 <<'END'
{
  campaigns: {
    shop: { strategy: "calls", policy: "capped" },
    later: { policy: "mornings" },
    rest: { policy: "mornings" },
  },
  policies: {
    capped: { caps: [{ limit: 9, within: "7d" }] },
    mornings: { windows: [{ from: "06:00", to: "07:00" }], zone: "campaign" },
  },
  strategies: {
    calls: { steps: [{ name: "call", channel: "voice", attempts: 2, resultWithin: "24h", on: { "no-answer": { retry: "1h" } } }] },
  },
}
END
put() { mkdir -p "inbox/$(dirname "$1")"; cat > "inbox/$(dirname "$1")/.new.tmp"; mv "inbox/$(dirname "$1")/.new.tmp" "inbox/$1"; }
run() { "$waybill" run --until-idle --clock "$1" --workspace "$root" > log 2>&1 || { cat log; exit 1; }; }

printf 'phone1,name\n+14155550101,Ann\n+14155550102,Bob\n+14155550103,Cy\n+14155550104,Di\n12,Ed\n+14155550101,Flo\n' | put shop/people.csv
printf 'phone1,name\n+14155550201,Gus\n' | put later/waits.csv
run 2026-11-20T15:00:00Z
printf '{"corrects": "20261120-%s"}\n' "$(ls outbox/acks/*/ | sed -n 's/people.csv.20261120-\(.*\).ack.json/\1/p')" | put shop/mended.csv.meta.json
printf 'phone1,name\n+14155550105,Ed\n' | put shop/mended.csv
printf 'phone1,name\n+14155550301,Hal\n' | put rest/paused.csv
printf 'value\n+14155550109\n@spam.example\n' | put _suppress/dnc.csv
printf 'from,text\n+14155550102,STOP\n' | put _replies/replies.csv
reference=$(grep -rh 14155550103 outbox/dispatch/shop | cut -d, -f1)
printf 'reference,event,at\n%s,no-answer,2026-11-20T15:01:00Z\n' "$reference" | put _receipts/calls.csv
printf '{"command": "pause", "campaign": "rest"}\n' | put _control/pause.json
run 2026-11-20T15:10:00Z
sqlite3 state/waybill.db 'PRAGMA wal_checkpoint(TRUNCATE); VACUUM' > /dev/null
test "$(sqlite3 state/waybill.db 'PRAGMA user_version')" = "$version"
if [ "${SHOW:-}" ]; then
  cat log; ls -R outbox | head -40
  for t in batch batch_state parcel suppression listing receipt departure paused name setting; do
    echo "-- $t"; sqlite3 state/waybill.db "SELECT * FROM $t" 2>&1 | cut -c1-300 | head -20
  done
fi
gzip -9 -n -c state/waybill.db > "$here/$version.db.gz"
