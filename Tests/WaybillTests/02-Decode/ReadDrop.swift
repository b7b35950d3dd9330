import XCTest

@testable import Waybill

/// A drop read for a test, each record as one line of text that says everything about it.
///
///     #1 L2 B14 <a,"b""c"> [a|b"c]
///     #2 L3 B24 <"x"y,z> stray-quote at 27 to L3
///
/// Number, line, first byte, raw bytes; then the fields, or the damage with its byte and the last line it reached.
struct ReadDrop: Equatable {
    var records: [String] = []
    var values: [[String]] = []
    /// Raw bytes of all records, as the drop had them.
    var originals: [[UInt8]] = []
    var refusals: [RefusedDrop] = []

    mutating func add(_ chunk: Chunk) {
        var byte = Int(chunk.byteOffset)
        var counted = 0
        for record in chunk.records {
            let raw = chunk.text[Int(record.start)..<Int(record.end)]
            byte += length(chunk, counted, Int(record.start))
            counted = Int(record.start)
            var text = "#\(record.number) L\(record.line) B\(byte) "
            text += "<\(raw.count > 60 ? "\(raw.count) bytes" : Self.shown(raw))> "
            let first = Int(record.firstField)
            let fields = chunk.fields[first..<first + Int(record.fieldCount)].map {
                String(decoding: chunk.value($0), as: UTF8.self)
            }
            if let damage = record.damage {
                let shownAt = byte + length(chunk, counted, Int(damage.position))
                text += "\(damage.problem.rawValue) at \(shownAt) to L\(damage.lastLine)"
                XCTAssertEqual(record.fieldCount, 0)
            } else {
                text += "[\(Self.shown(fields.joined(separator: "|").utf8))]"
            }
            records.append(text)
            values.append(fields)
            originals.append(EncodedText.original(of: raw, encoding: chunk.encoding))
        }
    }

    /// The drop's bytes of a range of the chunk's text.
    private func length(_ chunk: Chunk, _ start: Int, _ end: Int) -> Int {
        EncodedText.originalLength(of: chunk.text[start..<end], encoding: chunk.encoding)
    }

    private static func shown(_ bytes: some Collection<UInt8>) -> String {
        String(
            decoding: bytes.flatMap { $0 == 0x0A ? Array("␤".utf8) : $0 == 0x0D ? Array("␍".utf8) : [$0] },
            as: UTF8.self)
    }

    static func settings(_ change: (inout Campaign) -> Void = { _ in }, recordBytes: Int = 65_536) -> DecodeSettings {
        var campaign = Campaign(name: "test")
        change(&campaign)
        var limits = Configuration.Limits()
        limits.recordBytes = recordBytes
        return DecodeSettings(campaign: campaign, limits: limits)
    }

    /// Cuts CSV text without looking for its form, in blocks of `block` bytes.
    static func cut(
        _ text: String, block: Int, settings: DecodeSettings = settings(), delimiter: Character = ",",
        lineByte: UInt8 = 0x0A
    ) -> (drop: ReadDrop, scanner: CSVRecordScanner) {
        cut(Array(text.utf8), block: block, settings: settings, delimiter: delimiter, lineByte: lineByte)
    }

    static func cut(
        _ text: [UInt8], block: Int, settings: DecodeSettings, delimiter: Character, lineByte: UInt8 = 0x0A
    ) -> (drop: ReadDrop, scanner: CSVRecordScanner) {
        let dialect = CSVDialect(settings: settings, delimiter: delimiter.asciiValue!, lineByte: lineByte)
        var scanner = CSVRecordScanner(settings: settings, dialect: dialect, schema: Schema(), line: 1)
        var drop = ReadDrop()
        var carry: [UInt8] = []
        var offset: UInt64 = 0
        for (bytes, isLast) in blocks(text, of: block) {
            let input = carry + bytes
            let chunk = scanner.scan(input, byteOffset: offset, isLast: isLast, carry: &carry)
            XCTAssertEqual(Array(chunk.text[..<chunk.rawEnd]) + carry, input, "the text is the consumed part")
            offset += UInt64(chunk.rawEnd)
            drop.add(chunk)
        }
        XCTAssertEqual(carry, [], "the last call consumes everything")
        return (drop, scanner)
    }

    /// Reads a drop through the front door in blocks of `block` bytes, going on behind refusals that allow it.
    static func read(
        _ bytes: [UInt8], block: Int = 65_536, settings: DecodeSettings = settings()
    ) -> (drop: ReadDrop, decoder: DropDecoder) {
        var decoder = DropDecoder(settings: settings)
        var drop = ReadDrop()
        func push(_ bytes: [UInt8], _ isLast: Bool) -> Bool {
            do throws(RefusedDrop) {
                for chunk in try decoder.push(bytes, isLast: isLast) { drop.add(chunk) }
                return true
            } catch {
                if drop.refusals.last == error { return false }
                drop.refusals.append(error)
                return push([], isLast)
            }
        }
        for (bytes, isLast) in blocks(bytes, of: block) {
            guard push(bytes, isLast) else { break }
        }
        return (drop, decoder)
    }

    static func blocks(_ bytes: [UInt8], of size: Int) -> [([UInt8], Bool)] {
        if bytes.isEmpty { return [([], true)] }
        return stride(from: 0, to: bytes.count, by: size).map { start in
            let end = min(start + size, bytes.count)
            return (Array(bytes[start..<end]), end == bytes.count)
        }
    }

    static let blockSizes = [1, 7, 65_536]
}
