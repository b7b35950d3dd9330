#!/usr/bin/env python3
"""A transport of kind "command": sends each message by HTTP, and can say afterwards what became of it.

    transports: { carrier: { kind: "command", run: ["./carrier.py", "state/carrier.journal"], resolve: true } }

Messages are posted to CARRIER_URL, with the key CARRIER_KEY. Without CARRIER_URL nothing is sent, and the messages are
written to standard error.

The journal has two lines for each message: one before it is sent, and one with the outcome. So after a crash this program knows
which messages were sent (two lines), which were not (none), and which are unknown (one).
"""

import json
import os
import socket
import ssl
import sys
import urllib.error
import urllib.request


def main():
    journal = Journal(sys.argv[1])
    for line in sys.stdin:
        # A last line without a line end is not a message: Waybill ended in the middle of it.
        if not line.endswith("\n"):
            break
        message = json.loads(line)
        reference = message["reference"]
        outcome = journal.known.get(reference)
        if os.environ.get("WAYBILL_TASK", "send") == "resolve":
            answer(reference, outcome or {"outcome": "later"})
            continue
        if outcome is None or outcome["outcome"] == "later":
            journal.note(reference, {"outcome": "unknown"})
            outcome = send(message)
            journal.note(reference, outcome)
        answer(reference, outcome)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Whoever leads elsewhere may have taken the message."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirects)
# No such host, nobody listening there, or another's certificate: all before anything was sent.
NOBODY = (socket.gaierror, ConnectionRefusedError, ssl.SSLCertVerificationError)


def send(message):
    url = os.environ.get("CARRIER_URL")
    if not url:
        print(f"{message['address']}: {message.get('message', '')}", file=sys.stderr)
        return {"outcome": "accepted"}
    request = urllib.request.Request(
        url,
        data=json.dumps({"to": message["address"], "text": message.get("message", ""), "id": message["reference"]}).encode(),
        headers={"Content-Type": "application/json", "Authorization": "Bearer " + os.environ.get("CARRIER_KEY", "")},
    )
    try:
        with OPENER.open(request, timeout=10):
            return {"outcome": "accepted"}
    except urllib.error.HTTPError as error:
        if error.code in (429, 503):
            return {"outcome": "later", "code": str(error.code)}
        if 400 <= error.code < 500:
            return {"outcome": "refused", "code": str(error.code), "detail": error.reason}
        return {"outcome": "unknown", "code": str(error.code)}
    except OSError as error:
        # Unknown whether the carrier has it, unless nobody was there to take it, or nobody whom it was for.
        return {"outcome": "later" if isinstance(getattr(error, "reason", None), NOBODY) else "unknown"}


def answer(reference, outcome):
    # At once: an answer counts even if this program is killed a moment later.
    print(json.dumps({"reference": reference, **outcome}), flush=True)


class Journal:
    """What is known about each message: the last line about it."""

    def __init__(self, path):
        self.known = {}
        try:
            with open(path) as file:
                for line in file:
                    if line.endswith("\n"):
                        entry = json.loads(line)
                        self.known[entry.pop("reference")] = entry
        except FileNotFoundError:
            pass
        self.file = open(path, "a")

    def note(self, reference, outcome):
        self.file.write(json.dumps({"reference": reference, **outcome}) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.known[reference] = outcome


if __name__ == "__main__":
    main()
