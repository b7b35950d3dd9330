/// Why a gzip file cannot be read.
package enum GzipError: Error, Equatable {
    /// It ends in the middle of a member.
    case truncated
    /// It is not gzip, its checksums do not match, or other data follows it.
    case damaged
}
