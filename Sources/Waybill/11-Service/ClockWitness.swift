import Foundation
package import SystemIO

/// Whether the date and time can be trusted. While they cannot, nothing is sent, expired, closed or deleted.
///
///     trusted ──(it jumped)──▶ suspect
///        ▲────────────────────────┘
///
/// The clock jumped if within a boot it did not advance like the time since boot, or if after another boot it is
/// behind, or ahead by more than seven days. It is trusted again when it is back where it belongs, when the kernel says
/// that a time service keeps it, when both clocks have agreed for 15 minutes, or when somebody confirms it
/// (`--clock-is-right`).
///
/// Meanwhile the time that it should show is used instead (`WorkContext.now`), for what is taken. What came before it
/// was set ahead is known by `ClockJump`.
///
/// A clock that was set by request (`--clock`, rehearsals) is trusted.
struct ClockWitness {
    /// What is known of the clock; kept in the store.
    struct Memory: Codable, Equatable {
        /// When it was last trusted.
        var wall: Int64
        var sinceBoot: Int64
        var boot: String
        var doubt: Doubt?
        /// The latest last; nil in older stores.
        var jumps: [ClockJump]?

        init(_ reading: ClockReading) {
            wall = reading.wall
            sinceBoot = reading.sinceBoot
            boot = reading.boot
        }

        /// What the clock should show: within the boot that; after another boot at least that.
        func right(at now: ClockReading) -> ClockTrust.RightTime {
            let isExact = now.boot == boot
            return ClockTrust.RightTime(
                wall: wall + now.sinceBoot - (isExact ? sinceBoot : 0), sinceBoot: now.sinceBoot, isExact: isExact)
        }
    }

    struct Doubt: Codable, Equatable {
        /// From when on the clock must agree with the time since boot.
        var wall: Int64
        var sinceBoot: Int64
        var boot: String
        var words: String
    }

    /// Milliseconds.
    private static let tolerance: Int64 = 60_000
    private static let agreement: Int64 = 15 * 60_000
    private static let longestPause: Int64 = 7 * 86_400_000
    /// What is kept is kept for days.
    private static let leastJump: Int64 = 86_400_000
    private static let mostJumps = 32

    private let context: WorkContext
    private var memory: Memory?
    /// Whether the stored memory cannot be read.
    private var isLost = false
    /// Milliseconds since boot of the last time it was kept.
    private var keptAt: Int64?

    init(_ context: WorkContext) throws {
        self.context = context
        do {
            guard let kept = try context.store.setting(.clockWitness) else { return }
            memory = try JSONDecoder().decode(Memory.self, from: Data(kept))
            // Nothing is dated before the first look by a clock that is not believed.
            if let reading = context.clockReading() { Self.tell(context, Self.judge(reading, memory), reading) }
        } catch is StoreProblem, is DecodingError {
            isLost = true
        }
    }

    /// Nothing is known any more, although something was.
    static func lost(_ reading: ClockReading) -> Memory {
        var memory = Memory(reading)
        memory.doubt = Doubt(
            wall: reading.wall, sinceBoot: reading.sinceBoot, boot: reading.boot,
            words: "what the store knew of it cannot be read")
        return memory
    }

    /// Why the clock is not trusted; nil: it is.
    private(set) var doubt: String?

    /// Judges the clock anew.
    mutating func look() throws {
        guard let reading = context.clockReading() else { return doubt = nil }
        if isLost { (memory, isLost) = (Self.lost(reading), false) }
        let judged = Self.judge(reading, memory)
        let isNews = judged.doubt?.words != doubt
        let hasJumped = judged.jumps != memory?.jumps
        memory = judged
        Self.tell(context, judged, reading)
        doubt = judged.doubt?.words
        if isNews {
            if let doubt {
                context.log.error("clock.suspect", ["reason": .text(doubt)])
            } else {
                context.log.info("clock.trusted")
            }
        }
        let isOld = keptAt.map { reading.sinceBoot - $0 >= 60_000 } ?? true
        if isNews || hasJumped || isOld { try keep(judged, at: reading) }
    }

    /// Somebody confirms that the clock is right.
    mutating func accept() throws {
        guard let reading = context.clockReading() else { return }
        let accepted = Self.noting(Memory(reading), reading, after: memory)
        (memory, isLost) = (accepted, false)
        doubt = nil
        Self.tell(context, accepted, reading)
        try keep(accepted, at: reading)
    }

    private static func tell(_ context: WorkContext, _ memory: Memory, _ reading: ClockReading) {
        context.clockTrust = ClockTrust(
            right: memory.doubt == nil ? nil : memory.right(at: reading), jumps: memory.jumps ?? [])
    }

    private mutating func keep(_ memory: Memory, at reading: ClockReading) throws {
        keptAt = reading.sinceBoot
        try context.store.transiently {
            try context.store.set(.clockWitness, to: Array(try JSONEncoder().encode(memory)))
        }
    }

    /// What is known after a reading, from what was known before.
    static func judge(_ now: ClockReading, _ before: Memory?) -> Memory {
        noting(verdict(now, before), now, after: before)
    }

    /// The same with the jumps ahead, if it is believed now.
    private static func noting(_ judged: Memory, _ now: ClockReading, after before: Memory?) -> Memory {
        guard let before else { return judged }
        var judged = judged
        judged.jumps = before.jumps
        let right = before.right(at: now)
        if judged.doubt == nil, now.wall - right.wall >= leastJump, doubt(of: now, after: before) != nil {
            let jump = ClockJump(from: right.wall, to: now.wall, isExact: right.isExact)
            judged.jumps = ((before.jumps ?? []) + [jump]).suffix(mostJumps)
        }
        return judged
    }

    private static func verdict(_ now: ClockReading, _ before: Memory?) -> Memory {
        guard var before, !now.isSynchronised else { return Memory(now) }
        if let doubt = before.doubt, doubt.boot == now.boot,
            abs((now.wall - doubt.wall) - (now.sinceBoot - doubt.sinceBoot)) <= tolerance
        {
            return now.sinceBoot - doubt.sinceBoot >= agreement ? Memory(now) : before
        }
        guard let words = doubt(of: now, after: before) else { return Memory(now) }
        before.doubt = Doubt(wall: now.wall, sinceBoot: now.sinceBoot, boot: now.boot, words: words)
        return before
    }

    private static func doubt(of now: ClockReading, after before: Memory) -> String? {
        let step: Int64
        if now.boot == before.boot {
            step = (now.wall - before.wall) - (now.sinceBoot - before.sinceBoot)
            if abs(step) <= tolerance { return nil }
        } else {
            step = now.wall - before.wall
            if step >= -tolerance, step <= longestPause { return nil }
        }
        let right = Timestamp(milliseconds: now.boot == before.boot ? now.wall - step : before.wall)
        let shown = Timestamp(milliseconds: now.wall)
        return "it shows \(shown), " + (now.boot == before.boot ? "and should show" : "and showed last")
            + " \(right)"
    }
}

extension Settings {
    /// The earliest that it may be, for whoever only looks (see `WorkContext.earliestNow`). What shows the time is
    /// given, and the reading of the system's clocks; nil where somebody set it.
    package func earliestMoment(_ reading: ClockReading?, shown: Timestamp) throws -> Timestamp {
        guard let reading, let kept = try setting(.clockWitness) else { return shown }
        let memory =
            (try? JSONDecoder().decode(ClockWitness.Memory.self, from: Data(kept))) ?? ClockWitness.lost(reading)
        let judged = ClockWitness.judge(reading, memory)
        return judged.doubt == nil ? shown : min(shown, Timestamp(milliseconds: judged.right(at: reading).wall))
    }
}
