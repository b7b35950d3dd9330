import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What tests of mended drops need of a workspace.
extension PipelineBench {
    /// Puts a file into the inbox as bytes, whole, with its side-car if any, and takes it.
    func drop(bytes: [UInt8], as name: String, meta: String? = nil) throws {
        let path = root + "/inbox/" + name
        if let meta { try Files.writeAtomically(Array(meta.utf8), to: path + DropName.metaSuffix) }
        try Files.writeAtomically(bytes, to: path)
        pipeline.claims.noteArrival(place: .init(folder: ""), name: name)
        try take()
    }

    /// The text of a file of the n-th batch's notice.
    func notice(_ number: Int, _ file: String, day: String = "2026-11-20") throws -> String {
        try text(
            "outbox/notices/\(day)/\(day.replacingOccurrences(of: "-", with: ""))-"
                + String(format: "%06d", number) + "/" + file)
    }

    /// How many of the records of each batch came again mended, as the day's report tells.
    func mended(day: String = "2026-11-20") throws -> [Int?] {
        _ = try pipeline.report(day: nil, campaign: nil)
        let summary = try json("outbox/reports/\(day)/summary.json")
        let campaign = try XCTUnwrap((summary["campaigns"] as? [[String: Any]])?.first)
        return try XCTUnwrap(campaign["batches"] as? [[String: Any]]).map { $0["mended"] as? Int }
    }

    /// The numbers that were sent to, sorted, each as often as it was.
    func sentTo(_ campaign: String = "default") throws -> [String] {
        try send()
        // What follows a line break within a value does not begin with a batch's id.
        return try dispatched(campaign).filter { !DropName.batchIDs(in: $0).isEmpty }
            .map { String($0.split(separator: ",", omittingEmptySubsequences: false)[2]) }.sorted()
    }
}
