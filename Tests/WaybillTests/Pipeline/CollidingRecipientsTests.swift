import Support
import SystemIO
import XCTest

@testable import Waybill

/// The keys of ids and e-mail addresses are the same for ever, so that whoever wants to can find two with one key. They
/// stay two people.
final class CollidingRecipientsTests: XCTestCase {
    /// Another text of the same length with the same key: all that comes behind the first sixteen bytes stays.
    private func twin(of text: String, of letters: String, using random: inout SeededGenerator) throws -> String {
        let bytes = Array(text.utf8)
        let letters = Array(letters.utf8)
        func word(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        func mixed(_ word: UInt64) -> UInt64 { RecipientKey.mixed(word) }
        let start = mixed(UInt64(bytes.count) &+ 0x9E37_79B9_7F4A_7C15)
        let wanted = mixed(start ^ word(bytes[..<8])) ^ word(bytes[8..<16])
        for _ in 0..<50_000_000 {
            let first = (0..<8).map { _ in letters[Int.random(in: letters.indices, using: &random)] }
            let second = wanted ^ mixed(start ^ word(first))
            let rest = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: second >> UInt64($0)) }
            if rest.allSatisfy(letters.contains) { return String(decoding: first + rest + bytes[16...], as: UTF8.self) }
        }
        throw XCTSkip("no twin was found")
    }

    private static let ofIDs = String(decoding: (0x23...0x7E).filter { $0 != 0x2C }, as: UTF8.self)
    private static let ofAddresses = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~"

    private func id(_ text: String) -> UInt64 { RecipientKey.id(Array(text.utf8).span) }

    func testIDsWithOneKeyAreTwoPeople() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        let one = "customer-0000001"
        let other = try twin(of: one, of: Self.ofIDs, using: &random)
        XCTAssertEqual(id(one), id(other), other)
        XCTAssertNotEqual(one, other)
        let bench = try PipelineBench("{campaigns: {default: {require: []}}}")
        try bench.drop("id\n\(one)\n\(other)\n\(one)\n\(other)\n", as: "list.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
        XCTAssertEqual(ack["duplicates"] as? Int, 2)
        let errors = try bench.notice(1, "errors.csv")
        XCTAssertTrue(errors.contains("The same id was accepted in record 1"), errors)
        XCTAssertTrue(errors.contains("The same id was accepted in record 2"), errors)
    }

    func testEMailAddressesWithOneKeyAreTwoPeople() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        let one = "somebody.surname@example.com"
        let other = try twin(of: one, of: Self.ofAddresses, using: &random)
        XCTAssertEqual(RecipientKey.email(Array(one.utf8).span), RecipientKey.email(Array(other.utf8).span), other)
        let bench = try PipelineBench("{campaigns: {default: {require: ['email']}}}")
        try bench.drop("email\n\(one)\n\(other)\n\(one.uppercased())\n", as: "list.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["accepted"] as? Int, 2, other)
        XCTAssertEqual(ack["duplicates"] as? Int, 1)
    }

    func testARecordThatComesAgainIsNotTakenForAnotherWithItsKey() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        let one = "customer-0000001"
        let other = try twin(of: one, of: Self.ofIDs, using: &random)
        let bench = try PipelineBench("{campaigns: {default: {require: []}}}")
        try bench.drop("id,phone1\n\(one),\nc,12\n", as: "list.csv")
        try bench.drop("id,phone1\n\(other),\n\(one),\nc,+14155550103\n", as: "list-20261120-000001.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
        XCTAssertEqual(ack["duplicates"] as? Int, 1)
        XCTAssertTrue(try bench.notice(2, "errors.csv").contains("The same id was accepted in record 1 of batch"))
    }
}
