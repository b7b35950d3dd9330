import SystemIO

/// Checks one do-not-contact list as the pipeline would, but lists nobody.
package struct ListCheckRun {
    private let path: String
    private let target: String
    private let configuration: Configuration
    private let now: () -> Timestamp

    /// - Parameters:
    ///   - path: the file.
    ///   - target: where its bytes are, if `path` is a link.
    package init(path: String, target: String, configuration: Configuration, now: @escaping () -> Timestamp) {
        self.path = path
        self.target = target
        self.configuration = configuration
        self.now = now
    }

    /// Reads and judges the list; writes what has to be corrected into `folder` if one is given. Throws only for input
    /// and output errors. `onProgress` gets the bytes and entries read so far.
    package func run(into folder: String?, onProgress: (Int64, Int) -> Void) throws -> DropCheckRun.Outcome {
        let started = now()
        let rules = ListingRules(configuration, at: started)
        let output = try folder.map {
            try DropCheckFolder($0, errors: configuration.campaign(named: "default")?.errorsForm ?? .csv)
        }
        var ending = DropEnding(campaign: DropPurpose.suppression.folder)
        var entries = ListEntries()
        var tally = ViolationTally()
        var file: DropFile?
        do {
            let opened = try DropFile(path: target)
            file = opened
            // If a list is refused, that is decided before any entry counts.
            let first = try ListPass(over: opened, limits: configuration.limits)
            while !first.drop.isAtEnd { try first.check() }
            ending.sha256 = try first.finish()
            let pass = try ListPass(over: opened, limits: configuration.limits)
            while !pass.drop.isAtEnd {
                try pass.next { chunk, format in
                    try entries.judge(chunk, format, rules, &ending) { entry in
                        for violation in entry.reading.violations {
                            tally.add(record: entry.record, line: entry.line, violation)
                        }
                        if entry.reading.violations.isEmpty { return }
                        try output?.add(entry, of: chunk, format.kind, leading: pass.drop.decoder.leadingBytes)
                    }
                }
                onProgress(pass.drop.bytesRead, ending.counts.received)
            }
            ending.format = pass.drop.format
            ending.trailing = pass.drop.decoder.trailingBytes
            ending.blank += pass.drop.decoder.blankRows
            if ending.counts.received == 0, ending.format?.hasHeader != true {
                throw RefusedDrop(.empty, "the list has no entries")
            }
            let sidecar = try DropCheck.sidecar(of: path)
            if let contradicted = DropCheck.contradiction(
                ending.counts.received, sidecar, sha256: ending.sha256)
            {
                throw contradicted
            }
        } catch let refused as RefusedDrop {
            ending.refusal = refused
            ending.counts.received = ending.counts.rejected
        }
        if ending.sha256.isEmpty, let file, var source = try? DropSource(file, limits: configuration.limits) {
            ending.sha256 = (try? source.finish()) ?? []
        }
        ending.counts.accepted = ending.counts.received - ending.counts.rejected
        let acknowledgement = ending.acknowledgement(
            of: BatchID(rawValue: 0), drop: Files.name(of: path), tally, from: started, to: now())
        try output?.finish(acknowledgement, trailing: ending.trailing)
        return DropCheckRun.Outcome(
            acknowledgement: acknowledgement, tally: tally, gaps: [],
            holds: entries.tooManyLost(of: ending.counts.received, configuration.lists.tolerance))
    }
}
