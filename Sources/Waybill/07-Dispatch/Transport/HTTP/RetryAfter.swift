import Foundation

/// How long a server asks to be left alone (RFC 9110 §10.2.3): seconds, or a moment.
enum RetryAfter {
    /// The longest wait.
    private static let longest: Int64 = 3_600_000

    /// Milliseconds; nil if it does not say, or not readably.
    ///
    /// - Parameter now: used if the server does not send its own clock's time, to which a moment is compared.
    static func milliseconds(_ headers: [String: String], now: Timestamp) -> Int64? {
        guard let text = headers["retry-after"]?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return min(longest / 1_000, Int64(text) ?? .max) * 1_000
        }
        guard let moment = moment(text) else { return nil }
        let clock = headers["date"].flatMap(Self.moment) ?? now
        return min(longest, max(0, moment.milliseconds - clock.milliseconds))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func moment(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]),
            let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                .firstIndex(of: String(parts[2]))
        else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let iso = "\(parts[3])-\(two(month + 1))-\(two(day))T\(parts[4])Z"
        return Timestamp(iso8601: Array(iso.utf8)[...])
    }
}
