/// Reads what surrounds the records of a document, in steps of one token or one skipped value.
extension JSONRecordScanner {
    mutating func scanDocument(_ bytes: JSONBytes, _ fields: JSONFields, isLast: Bool) throws(RefusedDrop) {
        while cursor < bytes.count, try step(bytes, fields, isLast: isLast) {}
        if isLast { finish(bytes) }
    }

    /// Takes the next step. False: the text ends first; the cursor stays at the start of the step.
    private mutating func step(_ bytes: JSONBytes, _ fields: JSONFields, isLast: Bool) throws(RefusedDrop) -> Bool {
        switch place {
        case .inElement(let elementEnd):
            skipElement(bytes, elementEnd)
            return true
        case .inDamage(let nextLine):
            skipDamage(bytes, nextLine)
            return true
        case .rest(let position):
            return rejectRest(bytes, position, isLast: isLast)
        case .restReported, .line, .restOfLine:
            cursor = bytes.count
            return true
        case .firstElement, .nextElement:
            skipSpace(bytes)
            if cursor == bytes.count { return false }
            if keeping == .leading { keeping = .nothing }
            let byte = bytes[cursor]
            guard byte == UInt8(ascii: "]") || byte == UInt8(ascii: ",") else {
                return try element(bytes, fields, isLast: isLast)
            }
            if byte == UInt8(ascii: ",") {
                rejectMissing(bytes)
                cursor += 1
                place = .nextElement
            } else {
                if case .nextElement = place { rejectMissing(bytes) }
                closeList(bytes, at: cursor)
            }
            return true
        case .afterElement:
            let position = bytes.skipWhiteSpace(cursor)
            if bytes[position] == UInt8(ascii: "]") {
                closeList(bytes, at: position)
            } else {
                cursor = position + 1
                place = .nextElement
            }
            return true
        case .documentStart, .firstRequest, .nextRequest, .firstKey, .nextKey, .afterValue, .afterRequest, .documentEnd:
            skipSpace(bytes)
            if cursor == bytes.count { return false }
            return try token(bytes, isLast: isLast)
        }
    }

    /// Takes a token of the wrapper; the cursor is at its first byte.
    private mutating func token(_ bytes: JSONBytes, isLast: Bool) throws(RefusedDrop) -> Bool {
        try checkWrapper(cursor)
        let byte = bytes[cursor]
        switch (place, byte) {
        case (.documentStart, UInt8(ascii: "[")) where kind != .jsonContacts:
            place = kind == .dispatchRequest ? .firstRequest : .firstElement
            take(bytes, upTo: cursor + 1)
        case (.documentStart, UInt8(ascii: "{")) where kind == .jsonContacts:
            place = .firstKey
            take(bytes, upTo: cursor + 1)
        case (.firstRequest, UInt8(ascii: "{")), (.nextRequest, UInt8(ascii: "{")):
            place = .firstKey
            hasList = false
            take(bytes, upTo: cursor + 1)
        case (.firstKey, UInt8(ascii: "\"")), (.nextKey, UInt8(ascii: "\"")):
            return try member(bytes, isLast: isLast)
        case (.afterValue, UInt8(ascii: ",")):
            place = .nextKey
            take(bytes, upTo: cursor + 1)
        case (.firstKey, UInt8(ascii: "}")), (.afterValue, UInt8(ascii: "}")):
            try closeObject(bytes)
        case (.afterRequest, UInt8(ascii: ",")):
            // Rejected records are handed back as one request, so the wrappers of later requests are not kept.
            trailingBytes.removeSubrange(min(trailingMark, trailingBytes.count)...)
            keeping = keeping == .trailing ? .nothing : keeping
            place = .nextRequest
            take(bytes, upTo: cursor + 1)
        case (.firstRequest, UInt8(ascii: "]")), (.afterRequest, UInt8(ascii: "]")):
            place = .documentEnd
            take(bytes, upTo: cursor + 1)
        default:
            try breakWrapper(bytes, at: cursor)
        }
        return true
    }

    /// Takes a key of the wrapper with its value, or up to where the list of records begins.
    private mutating func member(_ bytes: JSONBytes, isLast: Bool) throws(RefusedDrop) -> Bool {
        let keyEnd = bytes.stringEnd(cursor)
        if keyEnd < 0 { return try breakOrWait(bytes, at: ~keyEnd, isLast: isLast) }
        let colon = bytes.skipWhiteSpace(keyEnd)
        guard bytes[colon] == UInt8(ascii: ":") else { return try breakOrWait(bytes, at: colon, isLast: isLast) }
        let start = bytes.skipWhiteSpace(colon + 1)
        let key = cursor..<keyEnd
        if kind == .jsonContacts, !namesContacts {
            switch isListOfObjects(bytes, start, isLast: isLast) {
            case nil: return try breakOrWait(bytes, at: bytes.count, isLast: isLast)
            case false?: break
            case true?:
                try beginList(bytes, named: key, at: start)
                return true
            }
        } else if kind == .dispatchRequest ? bytes.isName("prefill", key) : bytes.isName("contacts", key) {
            guard bytes[start] == UInt8(ascii: "["), !hasList else {
                return try breakOrWait(bytes, at: start, isLast: isLast)
            }
            try checkWrapper(start + 1)
            take(bytes, upTo: start + 1)
            hasList = true
            place = .firstElement
            return true
        }
        let end = bytes.valueEnd(start)
        // A number at the very end may continue in the next text.
        if end < 0 || end == bytes.count { return try breakOrWait(bytes, at: end < 0 ? ~end : end, isLast: isLast) }
        try checkWrapper(end)
        let isCampaign = kind == .dispatchRequest ? bytes.isName("dispatchid", key) : bytes.isName("campaign", key)
        if isCampaign, let name = bytes.label(start..<end) {
            if kind == .dispatchRequest, let campaign, campaign != name {
                throw RefusedDrop(
                    .noCampaign,
                    "the dispatch requests of this drop have different DispatchIDs, so it belongs to more than one "
                        + "campaign; send one drop for each DispatchID")
            }
            if campaign == nil { campaign = name }
        }
        take(bytes, upTo: end)
        place = .afterValue
        return true
    }

    /// Whether a value is an array that begins with an object; nil if more text is needed to tell.
    private func isListOfObjects(_ bytes: JSONBytes, _ start: Int, isLast: Bool) -> Bool? {
        guard start < bytes.count else { return isLast ? false : nil }
        guard bytes[start] == UInt8(ascii: "[") else { return false }
        let first = bytes.skipWhiteSpace(start + 1)
        if first == bytes.count { return isLast ? false : nil }
        return bytes[first] == UInt8(ascii: "{")
    }

    /// Enters the list of records. A second list ends the reading: nobody can know which one is meant.
    private mutating func beginList(_ bytes: JSONBytes, named key: Range<Int>, at start: Int) throws(RefusedDrop) {
        let name = bytes.text(ofString: key.lowerBound, end: key.upperBound)
        if hasList {
            refusalAtEnd = RefusedDrop(
                .unknownFormat,
                "the JSON object has two arrays of objects, \"\(listName)\" and \"\(name)\"; leave in only the one with the "
                    + "records, or call that one \"contacts\"")
            place = .restReported
            return
        }
        try checkWrapper(start + 1)
        take(bytes, upTo: start + 1)
        hasList = true
        listName = String(name.prefix(40))
        place = .firstElement
    }

    private mutating func closeList(_ bytes: JSONBytes, at position: Int) {
        switch kind {
        case .csv, .jsonLines, .jsonArray:
            keeping = .trailing
            place = .documentEnd
        case .jsonContacts:
            keeping = .trailing
            place = .afterValue
        case .dispatchRequest:
            // The first request's end is kept; later ones only close the document.
            if trailingMark == 0 { keeping = .trailing }
            place = .afterValue
        }
        take(bytes, upTo: position + 1)
    }

    private mutating func closeObject(_ bytes: JSONBytes) throws(RefusedDrop) {
        if kind == .jsonContacts {
            guard hasList else {
                throw RefusedDrop(
                    .unknownFormat,
                    "the JSON object has no array of objects; put the records into an array \"contacts\", or one on each line"
                )
            }
            take(bytes, upTo: cursor + 1)
            place = .documentEnd
            return
        }
        if keeping == .trailing {
            take(bytes, upTo: cursor + 1)
            trailingMark = trailingBytes.count
        } else {
            take(bytes, upTo: cursor + 1)
            if trailingMark > 0 { keeping = .trailing }
        }
        place = .afterRequest
    }

    /// Moves to `position`, keeping what belongs to the wrapper.
    private mutating func take(_ bytes: JSONBytes, upTo position: Int) {
        keep(bytes, cursor..<position)
        cursor = position
    }

    /// Skips white space. It belongs to the wrapper, but only a limited amount of it is kept.
    private mutating func skipSpace(_ bytes: JSONBytes) {
        let position = bytes.skipWhiteSpace(cursor)
        keep(bytes, (cursor..<position).prefix(max(0, recordBytes - kept)))
        cursor = position
    }

    /// How many bytes are in the part of the wrapper now being kept.
    private var kept: Int {
        switch keeping {
        case .nothing: 0
        case .leading: leadingBytes.count
        case .trailing: trailingBytes.count
        }
    }

    /// Keeps bytes of the wrapper.
    mutating func keep(_ bytes: JSONBytes, _ range: Range<Int>) {
        switch keeping {
        case .nothing: break
        case .leading: leadingBytes += bytes.copy(range)
        case .trailing: trailingBytes += bytes.copy(range)
        }
    }

    // MARK: - Damage

    /// Reports a missing element at the cursor: an empty record.
    private mutating func rejectMissing(_ bytes: JSONBytes) {
        countLines(bytes, to: cursor)
        reject(cursor..<cursor, line: line, lastLine: line, .invalidJSON, at: cursor)
    }

    /// A fault at the end of the text may disappear with the next one.
    private mutating func breakOrWait(_ bytes: JSONBytes, at position: Int, isLast: Bool) throws(RefusedDrop) -> Bool {
        try checkWrapper(position)
        if position >= bytes.count, !isLast { return false }
        try breakWrapper(bytes, at: position)
        return true
    }

    /// Refuses the drop when one part of the wrapper, up to `end`, is larger than a record may be, or the whole wrapper
    /// larger than two.
    private func checkWrapper(_ end: Int) throws(RefusedDrop) {
        guard end - cursor > recordBytes || kept + end - cursor > 2 * recordBytes else { return }
        throw RefusedDrop(
            .tooLarge,
            "what stands around the records is larger than a record may be (\(recordBytes) bytes); leave out what is not "
                + "needed, or raise limits.recordBytes")
    }

    /// Gives up on the wrapper: before the first record the drop is refused; after it, the rest is one damaged record.
    private mutating func breakWrapper(_ bytes: JSONBytes, at position: Int) throws(RefusedDrop) {
        if keeping == .leading, position < bytes.count {
            countLines(bytes, to: cursor)
            throw RefusedDrop(
                .unknownFormat,
                "line \(line + bytes.lineFeeds(in: cursor..<position)): what stands before the records is not valid JSON "
                    + "of this form; fix it there, or send an array of objects")
        }
        place = .rest(position: position - cursor)
    }

    /// Reports the rest of the drop as one damaged record, once enough of it is here.
    private mutating func rejectRest(_ bytes: JSONBytes, _ position: Int, isLast: Bool) -> Bool {
        guard isLast || bytes.count - cursor > recordBytes else { return false }
        countLines(bytes, to: cursor)
        let range = cursor..<bytes.characterStart(min(bytes.count, cursor + recordBytes), notBefore: cursor)
        let last = line + bytes.lineFeeds(in: range)
        reject(range, line: line, lastLine: last, .invalidJSON, at: min(cursor + position, range.upperBound))
        cursor = bytes.count
        place = .restReported
        return true
    }

    /// Reports once that the document ends too early, unless that was reported before.
    private mutating func finish(_ bytes: JSONBytes) {
        switch place {
        case .documentEnd, .restReported, .inElement, .inDamage, .line, .restOfLine: break
        case .documentStart: break
        case .firstRequest, .nextRequest, .firstKey, .nextKey, .afterValue, .afterRequest, .firstElement, .nextElement,
            .afterElement, .rest:
            rejectMissing(bytes)
        }
        cursor = bytes.count
    }
}

extension JSONBytes {
    /// A string or number as text; nil for any other value.
    func label(_ range: Range<Int>) -> String? {
        switch self[range.lowerBound] {
        case UInt8(ascii: "\""): text(ofString: range.lowerBound, end: range.upperBound)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): String(decoding: copy(range), as: UTF8.self)
        default: nil
        }
    }
}
