#!/bin/sh
# A transport of kind "command": passes each message to a program that sends one.
#
#     transports: { carrier: { kind: "command", run: ["./carrier.sh", "./send-one"] } }
#
# Waybill writes one JSON object a line, and expects an outcome for each. The program gets the line on its standard input; its
# exit status says: 0 accepted, 75 not sent, try later (EX_TEMPFAIL), 65 or 67 refused for good (EX_DATAERR, EX_NOUSER). With any
# other status the message may have been sent, so nobody sends it again.
set -u
# Without a journal it cannot say afterwards what became of messages.
[ "${WAYBILL_TASK:-send}" = send ] || exit 1

# A last line without a line end is not a message: read fails, and the loop ends.
while IFS= read -r line; do
    reference=$(printf '%s\n' "$line" | sed 's/^{"reference":"\([^"]*\)".*/\1/')
    printf '%s\n' "$line" | "$1" >&2
    status=$?
    case $status in
    0) outcome=accepted ;;
    75) outcome=later ;;
    65 | 67) outcome=refused ;;
    *) outcome=unknown ;;
    esac
    printf '{"reference":"%s","outcome":"%s","code":"exit-%s"}\n' "$reference" "$outcome" "$status"
done
