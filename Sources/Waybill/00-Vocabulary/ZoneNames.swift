import Foundation

/// The names of time zones in this machine's IANA database, links from older names included.
package enum ZoneNames {
    /// Whether a name is one, spelt exactly. Abbreviations (`PST`) and offsets (`GMT+3`) are not, though Foundation
    /// reads them.
    package static func isKnown(_ name: String) -> Bool {
        if known.contains(name) { return true }
        guard name.contains("/") || withoutSlash.contains(name), hasLettersOfNames(name) else { return false }
        return TimeZone(identifier: name) != nil
    }

    /// Whether a name is a place, so that the clock there is known all year; `UTC` counts too. Abbreviations and fixed
    /// offsets are names of the database as well (`EST`, `MST`, `HST`, `Etc/GMT+5`). But people write `EST` for New
    /// York in summer, when it is an hour off, and the sign of `Etc/GMT+5` is the reverse of what it seems.
    package static func isPlace(_ name: String) -> Bool {
        name == "UTC" || !withoutPlace.contains(name) && !name.hasPrefix("Etc/") && isKnown(name)
    }

    /// Likely places, for a hint.
    package static var places: [String] { TimeZone.knownTimeZoneIdentifiers.filter(isPlace) + ["UTC"] }

    /// The name that differs only in case, for a hint.
    package static func spelling(of name: String) -> String? {
        let folded = name.lowercased()
        return known.first { $0.lowercased() == folded }
    }

    private static let known = Set(TimeZone.knownTimeZoneIdentifiers).filter { $0.contains("/") || $0 == "GMT" }

    private static let withoutPlace: Set<String> = [
        "CET", "CST6CDT", "EET", "EST", "EST5EDT", "GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "HST", "MET", "MST",
        "MST7MDT", "PST8PDT", "UCT", "UTC", "Universal", "WET", "Zulu",
    ]

    /// The names of the database that have no `/`.
    package static let withoutSlash: Set<String> = [
        "CET", "CST6CDT", "Cuba", "EET", "EST", "EST5EDT", "Egypt", "Eire", "GB", "GB-Eire", "GMT", "GMT+0", "GMT-0",
        "GMT0", "Greenwich", "HST", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya",
        "MET", "MST", "MST7MDT", "NZ", "NZ-CHAT", "Navajo", "PRC", "PST8PDT", "Poland", "Portugal", "ROC", "ROK",
        "Singapore", "Turkey", "UCT", "UTC", "Universal", "W-SU", "WET", "Zulu",
    ]

    /// Only these characters, so that no name leads out of the database's folder.
    private static func hasLettersOfNames(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2F || byte == 0x5F || byte == 0x2D
                || byte == 0x2B
        }
    }
}
