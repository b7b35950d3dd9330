/// Which rules of law hold, for people and programs: `waybill rules`.
package struct RuleView: Sendable {
    /// What is asked; nil: no restriction.
    package struct Question: Sendable {
        /// `US`, or with a part `US-FL`.
        package var place: String?
        package var kind: ContactKind?
        package var purpose: ContactPurpose?
        package var day: CalendarDay

        package init(day: CalendarDay) { self.day = day }
    }

    private struct Row {
        let book: RuleBook
        let rule: Rule
        /// Whether it begins on a later day.
        let isToCome: Bool
    }

    private let rows: [Row]
    private let day: CalendarDay

    /// The rules that hold on a day, and those that begin later, from several books in order.
    package init(_ question: Question, _ books: [RuleBook]) {
        day = question.day
        rows = books.flatMap { book in
            book.rules.filter { rule in
                rule.to.map { question.day <= $0 } ?? true && question.kind.map { rule.kinds.contains($0) } ?? true
                    && rule.concerns(question.purpose) && rule.applies(to: question.place, in: book.country)
            }.map { Row(book: book, rule: $0, isToCome: !$0.holds(on: question.day)) }
        }
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// Days after which a rule should be checked again.
    static let fresh = 180

    static func isOld(_ rule: Rule, on day: CalendarDay) -> Bool {
        rule.checked.map { $0.adding(days: fresh) < day } ?? true
    }

    // MARK: For people

    package var text: String {
        var text = "Dated data, and no legal advice; what holds on \(day), and what is to come.\n"
        var country = ""
        for row in rows {
            if row.book.country != country {
                country = row.book.country
                text +=
                    "\n\(country): \(row.book.about)\n  from \(row.book.file ?? "the rules that come with Waybill")\n"
            }
            let rule = row.rule
            let places = rule.places(in: row.book.country).joined(separator: ", ")
            text += "\n  \(places): \(rule.title) (\(rule.id))\n"
            text += (lines(of: row)).map { "    \($0)\n" }.joined()
        }
        return text
    }

    private func lines(of row: Row) -> [String] {
        let rule = row.rule
        var lines = [rule.kinds.map(\.rawValue).joined(separator: ", ") + "; for " + purposes(rule)]
        lines += effects(rule, row.book)
        if !rule.exempt.isEmpty { lines.append("the law leaves out: " + rule.exempt.joined(separator: "; ")) }
        if !rule.note.isEmpty { lines.append(rule.note) }
        let since = rule.from.map { row.isToCome ? "not before \($0)" : "since \($0)" }
        let span = [since, rule.to.map { "up to \($0)" }].compactMap(\.self)
        if !span.isEmpty { lines.append(span.joined(separator: ", ")) }
        lines.append(
            "\(rule.source); \(rule.isPrimary ? "its text or several sources" : "no primary source"), checked "
                + "\(rule.checked?.description ?? "never")\(Self.isOld(rule, on: day) ? " (more than \(Self.fresh) days ago)" : "")"
                + ", confidence \(rule.confidence.rawValue)")
        return lines
    }

    private func purposes(_ rule: Rule) -> String {
        rule.purposes.isEmpty ? "any purpose" : rule.purposes.map(\.rawValue).joined(separator: ", ")
    }

    /// What a rule causes; effects that Waybill cannot ensure say so.
    private func effects(_ rule: Rule, _ book: RuleBook) -> [String] {
        var lines: [String] = []
        if let hours = rule.hours {
            lines.append(hours.isEmpty ? "never" : hours.map(Self.words).joined(separator: ", "))
        }
        if !rule.holidays.isEmpty {
            let days = Set(rule.holidays.flatMap { book.holidays[$0] ?? [] }).sorted()
            let next = days.first { $0 >= day }.map { ", next on \($0)" } ?? ""
            let hours = rule.holidayHours.map { $0.map(Self.words).joined(separator: ", ") } ?? "no contact"
            lines.append("on holidays (\(rule.holidays.joined(separator: ", "))\(next)): \(hours)")
        }
        for count in rule.counts {
            lines.append("at most \(count.limit) within \(count.within) to a number, over all campaigns")
        }
        if let pause = rule.refusalPause { lines.append("who declined is left alone for \(pause)") }
        if rule.needsConsent { lines.append("only with the contact's consent (inbox/_consent, or the column consent)") }
        switch rule.revocation {
        case .list: lines.append("a stop to a campaign's list counts for that list")
        case .purpose: lines.append("a stop counts for all messages of its purpose")
        case .all: lines.append("a stop counts for everything")
        case nil: break
        }
        if let share = rule.abandonment {
            lines.append(
                "at most \(SamplingSettings.shortest(share.percent)) % abandoned calls within \(share.within): the dialler has to "
                    + "see to it, and gets no more calls where its results say otherwise")
        }
        if let age = rule.listAge {
            lines.append("do-not-contact lists no older than \(age): kept for the lists.named that a campaign needs")
        }
        return lines
    }

    private static func words(_ span: Rule.Span) -> String {
        let days = ConfigurationSetting.weekdays.enumerated().filter { span.days >> UInt8($0.offset) & 1 == 1 }
        var runs: [(first: Int, last: Int)] = []
        for (day, _) in days {
            if let last = runs.last, last.last + 1 == day {
                runs[runs.count - 1].last = day
            } else {
                runs.append((day, day))
            }
        }
        let names = ConfigurationSetting.weekdays
        let words = runs.map { $0.first == $0.last ? names[$0.first] : "\(names[$0.first])-\(names[$0.last])" }
        let when = span.days == 0x7F ? "daily" : words.joined(separator: ", ")
        return "\(when) \(span.from)–\(span.to)"
    }

    // MARK: For programs

    /// One line with an object for each rule: the keys of its file, and where it holds.
    package var json: [UInt8] {
        rows.flatMap { row in
            var json = ReportJSON(pretty: false)
            json.object { json in
                json.member("country", row.book.country)
                json.member("file", row.book.file)
                json.member("holds", row.isToCome ? "later" : "now")
                json.member("old", Self.isOld(row.rule, on: day))
                json.key("places")
                json.array(row.rule.places(in: row.book.country)) { $0.string($1) }
                json.member("id", row.rule.id)
                json.member("title", row.rule.title)
                json.key("kinds")
                json.array(row.rule.kinds) { $0.string($1.rawValue) }
                json.key("purposes")
                json.array(row.rule.purposes) { $0.string($1.rawValue) }
                json.key("effects")
                json.array(effects(row.rule, row.book)) { $0.string($1) }
                json.key("exempt")
                json.array(row.rule.exempt) { $0.string($1) }
                json.member("note", row.rule.note)
                json.member("from", row.rule.from?.description)
                json.member("to", row.rule.to?.description)
                json.member("source", row.rule.source)
                json.member("primary", row.rule.isPrimary)
                json.member("checked", row.rule.checked?.description)
                json.member("confidence", row.rule.confidence.rawValue)
            }
            return json.line()
        }
    }
}

extension Rule {
    /// Whether it holds at a place, or at a part of a country that is asked for as a whole.
    fileprivate func applies(to place: String?, in country: String) -> Bool {
        guard let place else { return true }
        return place == country
            || places(in: country).contains { $0 == place || $0 == country && place.hasPrefix(country) }
    }
}
