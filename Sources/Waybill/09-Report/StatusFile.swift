/// `outbox/status.json`: the live state for programs, replaced whole each time. Times are UTC with milliseconds.
package enum StatusFile {
    package static let fileName = "status.json"

    package static func bytes(_ status: WorkspaceStatus, pretty: Bool = true) -> [UInt8] {
        var json = ReportJSON(pretty: pretty)
        json.object { json in
            json.member("now", status.now.description)
            json.member("version", status.version)
            json.member("campaigns", array: status.campaigns) { json, campaign in write(campaign, to: &json) }
            json.member("batches", array: status.batches) { json, batch in write(batch, to: &json) }
            json.member("inboxes", array: status.inboxes) { json, inbox in
                json.object { json in
                    json.member("inbox", inbox.inbox)
                    json.member("watch", inbox.watch)
                    json.member("lastScanAt", inbox.lastScanAt?.description)
                    json.member("ageSeconds", inbox.age(at: status.now))
                    json.member("problem", inbox.problem)
                }
            }
            json.member("stuck", array: status.stuck) { json, stuck in
                json.object { json in
                    json.member("file", stuck.file)
                    json.member("reason", stuck.reason)
                    json.member("since", stuck.since.description)
                }
            }
            json.member("transports", array: status.transports) { json, transport in
                json.object { json in
                    json.member("transport", transport.transport)
                    json.member("stopped", transport.reason)
                    json.member("nextAt", transport.nextAt?.description)
                }
            }
        }
        return json.line()
    }

    private static func write(_ campaign: WorkspaceStatus.CampaignStatus, to json: inout ReportJSON) {
        json.object { json in
            json.member("campaign", campaign.campaign)
            json.member("zone", campaign.zone)
            json.member("paused", campaign.isPaused)
            campaign.totals.write(to: &json)
            json.member("held", array: campaign.held) { json, held in
                json.object { json in
                    json.member("kind", held.kind.label)
                    json.member("reason", held.reason)
                    json.member("contacts", held.contacts)
                    json.member("nextAt", held.nextAt?.description)
                }
            }
            json.member("expectedEnd", campaign.expectedEnd?.description)
        }
    }

    private static func write(_ batch: WorkspaceStatus.BatchStatus, to json: inout ReportJSON) {
        json.object { json in
            json.member("batch", batch.batch.description)
            json.member("drop", batch.drop)
            json.member("campaign", batch.campaign)
            json.member("state", batch.isReading ? "reading" : "open")
            json.member("startedAt", batch.startedAt.description)
            json.member("bytesRead", Int(batch.bytesRead))
            json.member("bytesTotal", Int(batch.bytesTotal))
            batch.totals.write(to: &json)
            json.member("expectedEnd", batch.expectedEnd?.description)
        }
    }
}

extension WorkspaceStatus.InboxStatus {
    /// Whole seconds since the last scan that went well.
    func age(at now: Timestamp) -> Int? { lastScanAt.map { max(0, Int(now.seconds - $0.seconds)) } }
}
