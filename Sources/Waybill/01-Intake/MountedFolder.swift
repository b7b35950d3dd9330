/// A folder of words in an inbox that is a file system of its own, or was when last seen: nothing can be renamed out of
/// it into a claim, and without it nobody knows what lay in it.
package struct MountedFolder: Error, CustomStringConvertible {
    let path: String
    let isGone: Bool

    package init(path: String, isGone: Bool) { (self.path, self.isGone) = (path, isGone) }

    package var description: String {
        isGone
            ? "\(path) was a file system of its own when last seen and is none now, so nobody knows what lay in it: move its files "
                + "to an inbox, and then waybill inbox accept \(path)"
            : "\(path) is a file system of its own, and files can be taken only from that of the inbox: mount it elsewhere, as an "
                + "inbox of its own, and move what lies in it to \(path.split(separator: "/").last ?? "") in that"
    }
}
