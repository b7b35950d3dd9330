/// Permissions of files outside the state folder that contain contacts: parcels, notices, reports. They are never open
/// to everybody, whatever the umask; add readers to Waybill's group.
enum OutboxRights {
    static let file: UInt32 = 0o640
    static let folder: UInt32 = 0o750
}
