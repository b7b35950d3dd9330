#!/bin/sh
# A transport of kind "command": hands each message to a program that sends one.
#
#     transports: { carrier: { kind: "command", run: ["./carrier.sh", "./send-one"] } }
#
# Waybill gives a JSON object a line, and wants to know of each what became of it. The program gets the line on its standard
# input; its exit status says: 0 taken, 75 not sent, try later (EX_TEMPFAIL), 65 or 67 refused for good (EX_DATAERR,
# EX_NOUSER). After any other the message may have been sent, so nobody sends it again.
set -u
# There is no journal to look into: it cannot be asked what became of messages.
[ "${WAYBILL_TASK:-send}" = send ] || exit 1

# A last line without its end is not a message: read fails, and the loop ends.
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
