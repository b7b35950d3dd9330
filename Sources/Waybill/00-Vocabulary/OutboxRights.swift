/// The rights of what has contacts in it and leaves the state folder: parcels, notices, reports. Never everybody's,
/// whatever the umask is; who is to read them is put into Waybill's group.
enum OutboxRights {
    static let file: UInt32 = 0o640
    static let folder: UInt32 = 0o750
}
