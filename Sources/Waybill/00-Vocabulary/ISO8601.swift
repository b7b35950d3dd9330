extension Timestamp {
    /// Reads `YYYY-MM-DD`, or that and `THH:MM[:SS[.fff]]` with `Z`, `±HH:MM`, `±HHMM`, `±HH` or no offset (ISO 8601,
    /// extended format; RFC 3339 is a part of it).
    ///
    /// A space or `t` may replace `T`, `z` may replace `Z`, and a comma the decimal point; digits past the millisecond
    /// are cut off. A day alone is its first moment, 24:00 the end of its day. A leap second (`:59:60`) is the second
    /// after. Nil for anything else: days that do not exist, white space around it.
    ///
    /// - Parameter offsetSecondsIfMissing: how far the writer's clock is ahead of UTC when the text does not say.
    package init?(iso8601 text: ArraySlice<UInt8>, offsetSecondsIfMissing: Int = 0) {
        var reader = Reader(text)
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2),
            reader.take("-"), let dayOfMonth = reader.number(digits: 2),
            let day = CalendarDay(year: year, month: month, day: dayOfMonth)
        else { return nil }
        if reader.isAtEnd {
            self = Timestamp(day: day, secondsOfDay: -offsetSecondsIfMissing)
            return
        }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.number(digits: 2),
            reader.take(":"), let minute = reader.number(digits: 2), hour < 24 || hour == 24 && minute == 0, minute < 60
        else { return nil }
        var second = 0
        var fraction = 0
        if reader.take(":") {
            guard let read = reader.number(digits: 2), read < 60 || (read == 60 && minute == 59) else { return nil }
            second = read
            if reader.take(".") || reader.take(",") {
                guard let read = reader.fraction() else { return nil }
                fraction = read
            }
        }
        guard hour < 24 || second == 0 && fraction == 0 else { return nil }
        guard let offset = reader.isAtEnd ? offsetSecondsIfMissing : reader.offset(), reader.isAtEnd
        else {
            return nil
        }
        let whole = Timestamp(day: day, secondsOfDay: hour * 3_600 + minute * 60 + second - offset)
        self = Timestamp(milliseconds: whole.milliseconds + Int64(fraction))
    }

    private struct Reader {
        private let text: ArraySlice<UInt8>
        private var next: Int

        init(_ text: ArraySlice<UInt8>) {
            self.text = text
            next = text.startIndex
        }

        var isAtEnd: Bool { next == text.endIndex }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard next < text.endIndex, text[next] == UInt8(ascii: character) else { return false }
            next += 1
            return true
        }

        mutating func number(digits: Int) -> Int? {
            guard text.endIndex - next >= digits else { return nil }
            var number = 0
            for place in next..<next + digits {
                let digit = text[place] &- 0x30
                guard digit < 10 else { return nil }
                number = number * 10 + Int(digit)
            }
            next += digits
            return number
        }

        /// Milliseconds from the digits after the decimal point; at least one digit.
        mutating func fraction() -> Int? {
            var milliseconds = 0
            var weight = 100
            let before = next
            while let digit = number(digits: 1) {
                milliseconds += digit * weight
                weight /= 10
            }
            return next > before ? milliseconds : nil
        }

        /// Seconds ahead of UTC.
        mutating func offset() -> Int? {
            if take("Z") || take("z") { return 0 }
            let isBehind = take("-")
            guard isBehind || take("+"), let hours = number(digits: 2), hours < 24 else { return nil }
            var minutes = 0
            if take(":") || !isAtEnd {
                guard let read = number(digits: 2), read < 60 else { return nil }
                minutes = read
            }
            return (isBehind ? -1 : 1) * (hours * 3_600 + minutes * 60)
        }
    }
}
