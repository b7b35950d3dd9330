package import Waybill

extension Code {
    /// Whether a code as users see it, such as `phone3.invalid`, is in the list, which has `phoneN.invalid`.
    package static func isListed(_ code: String) -> Bool {
        if all[code] != nil { return true }
        let parts = code.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let last = parts[0].last, last.isNumber else { return false }
        return all[String(parts[0].prefix { !$0.isNumber }) + "N." + parts[1]] != nil
    }
}
