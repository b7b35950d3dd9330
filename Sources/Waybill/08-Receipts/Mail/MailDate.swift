import Foundation

/// Dates as mails have them (RFC 5322 §3.3, with the older forms of zones and years).
enum MailDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let zones = [
        "ut": 0, "gmt": 0, "utc": 0, "z": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
        "mdt": -360,
        "pst": -480, "pdt": -420,
    ]

    /// `2026-11-20T15:00:00Z`; empty for what cannot be read, and where nobody says which zone.
    static func iso8601(_ text: String) -> String {
        // What stands in parentheses is a remark.
        let words = text.prefix { $0 != "(" }.lowercased().split { $0 == " " || $0 == "," }.map(String.init)
        guard let place = words.indices.first(where: { words[$0].allSatisfy(\.isNumber) && $0 + 3 < words.endIndex }),
            let day = Int(words[place]), let month = months.firstIndex(of: String(words[place + 1].prefix(3))),
            var year = Int(words[place + 2])
        else { return "" }
        if year < 100 { year += year < 50 ? 2_000 : 1_900 }
        let clock = words[place + 3].split(separator: ":").map { Int($0) ?? -1 }
        guard let date = CalendarDay(year: year, month: month + 1, day: day), (2...3).contains(clock.count),
            (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock.count > 2 ? clock[2] : 0),
            let offset = place + 4 < words.endIndex ? minutes(words[place + 4]) : nil
        else { return "" }
        let second = clock[0] * 3_600 + clock[1] * 60 + (clock.count > 2 ? clock[2] : 0)
        return Timestamp(day: date, secondsOfDay: second - offset * 60).iso8601(offset: 0)
    }

    private static func minutes(_ zone: String) -> Int? {
        if let known = zones[zone] { return known }
        guard zone.utf8.count == 5, zone.hasPrefix("+") || zone.hasPrefix("-"), let digits = Int(zone.dropFirst())
        else {
            return nil
        }
        let minutes = digits / 100 * 60 + digits % 100
        return zone.hasPrefix("-") ? -minutes : minutes
    }
}

/// The words of a subject, whose encoded words (RFC 2047) are decoded where they are of UTF-8 or ASCII.
enum MailSubject {
    static func text(_ field: String) -> String {
        field.replacing(/=\?([^? ]+)\?([bBqQ])\?([^? ]*)\?=[ ]*/) { match -> String in
            let text = String(match.output.3)
            let bytes =
                match.output.2.lowercased() == "b"
                ? Data(base64Encoded: text).map { Array($0) } ?? []
                : MailPart.quotedPrintable(Array(text.replacing("_", with: " ").utf8)[...], isText: false)
            // A language may follow the name (RFC 2231 §5).
            let charset = match.output.1.prefix { $0 != "*" }
            return String(decoding: MailCharset.utf8(bytes, named: String(charset)), as: UTF8.self)
        }
    }
}
