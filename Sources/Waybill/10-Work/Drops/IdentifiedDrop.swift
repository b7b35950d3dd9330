import SystemIO

/// A claimed drop whose file is open.
struct OpenedDrop {
    let file: DropFile
    var sidecar = Sidecar()
}

/// A drop whose campaign is known.
struct IdentifiedDrop {
    let opened: OpenedDrop
    var setup: CampaignSetup
    /// Whether somebody said that they are contacts.
    let isTold: Bool
    /// The batch that it corrects, if it corrects one.
    var parent: BatchID?
    var mode = DropMode.add
    /// Earlier drops of the same content that it puts into force again, if others came after them.
    var resumes: [BatchID] = []

    /// Whether it brings back records of a whole list, and is none itself.
    var isPart: Bool { parent != nil && sidecar.mode == nil }

    var file: DropFile { opened.file }
    var sidecar: Sidecar { opened.sidecar }
    var priority: Int { opened.sidecar.priority ?? 5 }

    /// Whether the same content counts again: what cancels always does.
    var isTakenAgain: Bool { sidecar.resend || mode.cancels }

    /// What makes it the same as another drop: its content, and what it asks for.
    func identity(_ found: DropIdentity) -> DropIdentity {
        if mode == .add { return found }
        return DropIdentity(
            sha256: found.sha256, content: SHA256.hash((found.content ?? found.sha256) + Array(mode.rawValue.utf8)))
    }

    /// Closes the day on which it repeats a list. Call it inside the transaction that ends the drop.
    func endRepetition(in store: any Store, as batch: BatchID) throws {
        guard let day = sidecar.repeats else { return }
        try store.endRecurrence(on: day, of: setup.campaign.name, as: batch)
    }

    /// What is acknowledged in any case.
    var ending: DropEnding {
        var ending = DropEnding(campaign: setup.campaign.name, corrects: parent, reply: sidecar.reply)
        ending.requeues = sidecar.requeues
        ending.mode = mode.told
        return ending
    }
}
