import SystemIO

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
            json.member("inDoubt", array: status.inDoubt) { json, doubt in
                json.object { json in
                    json.member("transport", doubt.transport)
                    json.member("messages", doubt.messages)
                }
            }
            writeDecisions(status, to: &json)
            json.member("configurationProblem", status.configurationProblem)
            json.member("toldAt", status.toldAt?.description)
            json.member("untilIdle", status.ranUntilIdle)
            json.member("ended", status.hasEnded)
            json.member("stopped", status.wasStopped)
            json.member("process", status.origin?.process.text)
            json.member("pidNamespace", status.origin?.namespace)
            json.member("disks", array: status.fullDisks) { json, disk in
                json.object { json in
                    json.member("folder", disk.folder)
                    json.member("problem", disk.problem)
                }
            }
            json.member("untakenFiles", status.untakenFiles)
            json.member("attention", array: status.attention) { json, attention in
                json.object { json in
                    json.member("kind", attention.kind.rawValue)
                    json.member("what", attention.what)
                    json.member("since", attention.since?.description)
                }
            }
        }
        return json.line()
    }

    /// What waits for somebody to mend or decide it.
    private static func writeDecisions(_ status: WorkspaceStatus, to json: inout ReportJSON) {
        json.member("refused", array: status.refused) { json, drop in
            json.object { json in
                json.member("batch", drop.batch.description)
                json.member("drop", drop.drop)
                json.member("campaign", drop.campaign)
                json.member("reason", drop.reason)
                json.member("at", drop.at.description)
            }
        }
        json.member("lists", array: status.lists) { json, list in
            json.object { json in
                json.member("batch", list.batch.description)
                json.member("drop", list.drop)
                json.member("campaigns", array: list.campaigns) { $0.string($1) }
                json.member("problem", list.problem)
                json.member("holds", list.holds)
            }
        }
        json.member("approvals", array: status.approvals) { json, hold in
            json.object { json in
                json.member("batch", hold.batch.description)
                json.member("drop", hold.drop)
                json.member("campaign", hold.campaign)
                json.member("reason", hold.reason)
                json.member("received", hold.received)
                json.member("at", hold.at.description)
            }
        }
        json.member("missing", array: status.missing) { json, missing in
            json.object { json in
                json.member("campaign", missing.campaign)
                json.member("since", missing.since.description)
                json.member("trouble", missing.trouble)
                json.member("by", missing.by)
            }
        }
        json.member("repeats", array: status.repeats) { json, list in
            json.object { json in
                json.member("campaign", list.campaign)
                json.member("file", list.file)
                json.member("nextAt", list.nextAt?.iso8601(offset: list.offset))
            }
        }
    }

    private static func write(_ campaign: WorkspaceStatus.CampaignStatus, to json: inout ReportJSON) {
        json.object { json in
            json.member("campaign", campaign.campaign)
            json.member("zone", campaign.zone)
            json.member("paused", campaign.isPaused)
            json.member("pausedSince", campaign.pausedSince?.description)
            json.member("pausedBy", campaign.pausedBy)
            json.member("stopped", campaign.stopped)
            campaign.totals.write(to: &json)
            json.member(
                "states",
                object: { json in
                    for state in ContactState.allCases {
                        if let count = campaign.states[state], count != 0 { json.member(state.label, count) }
                    }
                })
            json.member("perMinute", campaign.perMinute)
            json.member("held", array: campaign.held) { json, held in
                json.object { json in
                    json.member("kind", held.kind.label)
                    json.member("reason", held.reason)
                    json.member("contacts", held.contacts)
                    json.member("nextAt", held.nextAt?.description)
                    json.member("openings", array: Array(held.openings.prefix(WorkspaceStatus.Held.mostOpenings))) {
                        json, opening in
                        json.object { json in
                            json.member("at", opening.at.description)
                            json.member("contacts", opening.contacts)
                        }
                    }
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
