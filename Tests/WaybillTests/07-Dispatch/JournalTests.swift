import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What the disk knows about messages that were given to a server or a relay.
final class JournalTests: XCTestCase {
    private let path = FileManager.default.temporaryDirectory.path + "/waybill-journal-\(UUID().uuidString)"

    override func tearDown() { try? Files.remove(path) }

    private func moment(_ minutes: Int64) -> Timestamp { Timestamp(milliseconds: minutes * 60_000) }

    private func begun(_ call: Int, _ records: Int..., at minutes: Int64, key: String) throws -> HTTPJournal.Begun {
        var begun = HTTPJournal.Begun(
            call: call,
            references: try records.map { try XCTUnwrap(Reference("bcdfgh-20261120-000001-\($0)-text-1")) },
            at: moment(minutes))
        begun.sent = HTTPJournal.Sent(key: key, resource: "/send", body: "[]")
        return begun
    }

    func testAKeyCountsFromItsFirstUseHoweverOftenItIsNoted() throws {
        try HTTPJournal.make(path, mark: "m")
        var journal = try HTTPJournal(path, mark: "m")
        // Earlier versions noted each repeat so.
        try journal.begin([try begun(0, 1, 2, at: 10, key: "a"), try begun(1, 3, at: 11, key: "b")])
        try journal.begin([try begun(2, 1, 2, at: 70, key: "a")])
        try journal.begin([try begun(3, 1, 2, at: 130, key: "a")])
        let read = try XCTUnwrap(HTTPJournal.read(path, mark: "m"))
        XCTAssertEqual(read.open.map { $0.sent?.key }, ["b", "a"])
        XCTAssertEqual(read.open.map(\.at), [moment(11), moment(10)])
        try journal.end(3, [1: .accepted, 2: .accepted])
        XCTAssertEqual(try HTTPJournal.read(path, mark: "m")?.open.map { $0.sent?.key }, ["b"])
    }

    func testAKeyCountsFromACallThatTheServerWantedLater() throws {
        try HTTPJournal.make(path, mark: "m")
        var journal = try HTTPJournal(path, mark: "m")
        try journal.begin([try begun(0, 1, at: 10, key: "a")])
        try journal.end(0, [1: .later])
        try journal.begin([try begun(1, 1, at: 20, key: "a")])
        let read = try XCTUnwrap(HTTPJournal.read(path, mark: "m"))
        XCTAssertEqual(read.open.map(\.at), [moment(10)])
        XCTAssertNil(read.outcomes[1], "it began again")
    }

    func testWhatWasTakenStaysSoThoughItWasRepeated() throws {
        try HTTPJournal.make(path, mark: "m")
        var journal = try HTTPJournal(path, mark: "m")
        try journal.begin([try begun(0, 1, 2, at: 10, key: "a")])
        try journal.end(0, [1: .accepted])
        try journal.begin([try begun(1, 1, 2, at: 20, key: "a")])
        let read = try XCTUnwrap(HTTPJournal.read(path, mark: "m"))
        XCTAssertEqual(read.outcomes, [1: .accepted])
        XCTAssertEqual(read.open.count, 1)
    }

    func testAMailThatWasGivenAgainToARelayIsInDoubtThoughItHadNotLeftBefore() throws {
        let journal = try SMTPJournal(path)
        try journal.begin(1)
        try journal.end(1, .later)
        try journal.begin(2)
        try journal.end(2, .later)
        try journal.begin(2)
        let outcome = try XCTUnwrap(SMTPJournal.read(path))
        XCTAssertEqual([1, 2, 3].map(outcome), [.later, .lost, .later])
    }
}
