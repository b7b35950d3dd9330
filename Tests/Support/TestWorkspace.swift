import Foundation
import SystemIO

/// A separate workspace for one test, in the system's folder for temporary files; removed with the object.
package final class TestWorkspace {
    /// The workspace's folder; absolute.
    package let path: String
    private let holder: URL

    package init() throws {
        holder = Self.root.appendingPathComponent(UUID().uuidString, isDirectory: true)
        let folder = holder.appendingPathComponent("workspace", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // The resolved path: programs print it without links.
        path = folder.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(at: holder) }

    /// Has the workspaces of this process, and is removed with it: test cases, and what they keep, are never released.
    private static let root: URL = {
        atexit { try? FileManager.default.removeItem(at: TestWorkspace.root) }
        return FileManager.default.temporaryDirectory.appendingPathComponent(
            "waybill-test-\(ProcessInfo.processInfo.processIdentifier)", isDirectory: true)
    }()

    /// A path in the workspace.
    package func path(_ relative: String) -> String { path + "/" + relative }

    /// Writes a file into the workspace, creating its folders.
    package func write(_ text: String, to relative: String) throws {
        try put(Data(text.utf8), path(relative))
    }

    /// Writes a file outside the workspace, as a sender's; returns its path.
    @discardableResult
    package func file(_ name: String, _ text: String) throws -> String {
        let place = holder.appendingPathComponent("files/" + name).path
        try put(Data(text.utf8), place)
        return place
    }

    /// A path outside the workspace.
    package func beside(_ name: String) -> String { holder.appendingPathComponent(name).path }

    private func put(_ data: Data, _ path: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }

    package func exists(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path(relative)) }

    package func read(_ relative: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(relative))), as: UTF8.self)
    }

    /// The letters of references, with their dash, as in the first parcel that was handed over.
    package func letters() throws -> String {
        guard let parcel = files(below: "outbox/dispatch", ending: ".csv").first,
            let line = try read(parcel).split(separator: "\n").dropFirst().first
        else { throw NoParcel() }
        return String(line.prefix(7))
    }

    private struct NoParcel: Error {}

    /// The files below a folder of the workspace whose paths end with `ending`, relative to the workspace, sorted;
    /// empty if there is no such folder.
    package func files(below folder: String, ending: String = "") -> [String] {
        let found = FileManager.default.enumerator(atPath: path(folder))?.compactMap { $0 as? String } ?? []
        return found.filter { name in
            name.hasSuffix(ending) && (try? FileStatus.of(path(folder + "/" + name)))?.kind == .regular
        }.map { folder + "/" + $0 }.sorted()
    }
}
